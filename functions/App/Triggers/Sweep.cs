using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Finishes what a crash left: completes committed uploads, drops stray ones, lands what no trigger delivered, forgets messages
/// that no queue can have any more.</summary>
public sealed class Sweep(ContractSet contracts, SweepLeftovers sweep, CatchUpKafka catchUp, IQueueLedger messages, TimeProvider time)
{
    // SQS keeps a message 14 days at most: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    private static readonly TimeSpan MessagesKept = TimeSpan.FromDays(15);

    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("%SweepSchedule%")] TimerInfo timer, CancellationToken stopping)
    {
        var steps = new EachInTurn();
        await steps.RunAsync(() => sweep.RunAsync(stopping));
        foreach (var contract in contracts.Contracts)
            if (contract.SourceOf(SourceKind.Kafka) is { } kafka)
                await steps.RunAsync(() => catchUp.RunAsync(contract.Dataset, kafka.Topic, stopping));
        await steps.RunAsync(() => messages.PurgeAsync(time.GetUtcNow() - MessagesKept, stopping));
        steps.ThrowFirst();
    }
}

using Microsoft.Extensions.Logging;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sources.Kafka;
using Pipeline.Transforms.Rates;

namespace Pipeline.Sources.Sqs;

/// <summary>Drains every queue that a contract reads and the settings name: receivers as the queue is deep, segments instead of tens.</summary>
/// <remarks>Safe to run twice at once, on any number of instances: a message's id is landed once (DESIGN 5, Land).</remarks>
public sealed class DrainQueues(
    SqsCalls calls, SqsOptions options, DrainLimits limits, IQueueLedger messages, ILandingLedger ledger, SegmentLanding landing,
    IRates rates, IAlerts alerts, TimeProvider time, ILogger<DrainQueues> log)
{
    private const string StoppedCode = "queue_stopped";

    /// <summary>Drains the queues of some contracts, one after the other; one that cannot be drained does not keep the others waiting.</summary>
    /// <exception cref="TransientException">PostgreSQL, the store or a queue's SQS is away.</exception>
    public async Task RunAsync(IEnumerable<DatasetContract> contracts, CancellationToken stopping)
    {
        var queues = new EachInTurn();
        foreach (var contract in contracts)
            if (contract.SourceOf(SourceKind.Sqs) is { } spec && options.Of(spec.Queue) is { } queue)
                await queues.RunAsync(() => TryDrainAsync(contract, spec.Queue, queue, stopping));
        queues.ThrowFirst();
    }

    private async Task TryDrainAsync(DatasetContract contract, string name, QueueOptions queue, CancellationToken stopping)
    {
        try
        {
            await DrainAsync(contract, name, queue, stopping);
            await alerts.ResolveAsync(contract.Dataset, StoppedCode, name, stopping);
        }
        catch (TerminalException error)
        {
            Log.Stopped(log, name, error.Message);
            await alerts.RaiseAsync(new(
                AlertSeverity.Critical, contract.Dataset, StoppedCode, name,
                $"Nothing is landed from queue {name}: {error.Message} The queue keeps its messages; every run tries again.")
            {
                Since = null, Expected = "a queue that can be drained", Seen = error.Message, Query = AlertQueries.Doctor,
            }, stopping);
        }
    }

    /// <summary>Drains one queue.</summary>
    /// <exception cref="TerminalException">SQS or the ledger refuses: a person must act.</exception>
    public async Task<DrainReport> DrainAsync(DatasetContract contract, string name, QueueOptions queue, CancellationToken stopping)
    {
        using var check = new PoisonCheck(contract, ShardNames.Sqs(name), rates);
        var source = Open(queue.Url, queue);
        var deadLetters = queue.DeadLetterUrl.Length == 0 ? null : Open(queue.DeadLetterUrl, queue);
        var land = new LandMessages(contract.Dataset, name, source, deadLetters, messages, ledger, landing, check, time, log);
        return await new QueueDrain(source, name, land, options, limits, time, log).RunAsync(stopping);
    }

    private SqsQueue Open(string url, QueueOptions queue) =>
        new(calls, url, options.Endpoint ?? new Uri(new Uri(url).GetLeftPart(UriPartial.Authority)), queue.Region, time);
}

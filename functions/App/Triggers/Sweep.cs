using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Finishes what a crash left: completes committed uploads, drops stray ones, lands what no trigger delivered.</summary>
public sealed class Sweep(ContractSet contracts, SweepLeftovers sweep, CatchUpKafka catchUp)
{
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("%SweepSchedule%")] TimerInfo timer, CancellationToken stopping)
    {
        await sweep.RunAsync(stopping);
        foreach (var contract in contracts.Contracts)
            if (contract.SourceOf(SourceKind.Kafka) is { } source) await catchUp.RunAsync(contract.Dataset, source.Topic, stopping);
    }
}

using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Kafka;
using Pipeline.Contracts;

namespace Pipeline.App.Triggers;

/// <summary>Finishes what a crash left: completes committed uploads, drops stray ones, lands what no trigger delivered.</summary>
public sealed class Sweep(ContractSet contracts, SweepLedger sweep, CatchUpKafka catchUp)
{
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("%Sweep:Schedule%")] TimerInfo timer, CancellationToken stopping)
    {
        foreach (var contract in contracts.All)
        {
            await sweep.RunAsync(contract, stopping);
            await catchUp.RunAsync(contract.Dataset, contract.Source.Topic, stopping);
        }
    }
}

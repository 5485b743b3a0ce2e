using Pipeline.Contracts;
using Pipeline.Sources.Sqs;

namespace Pipeline.App.Triggers;

/// <summary>Lands what the queues of the contracts hold. Bad messages pass: only PostgreSQL, the store or SQS being away fails a run.</summary>
public sealed class DrainQueue(ContractSet contracts, DrainQueues drain)
{
    [Function(nameof(DrainQueue))]
    public Task RunAsync([TimerTrigger("%DrainSchedule%")] TimerInfo timer, CancellationToken stopping) =>
        drain.RunAsync(contracts.Contracts, stopping);
}

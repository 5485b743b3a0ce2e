using Pipeline.App.Orchestrations;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Triggers;

/// <summary>Starts an attribution run when something changed in the lake, unless one is running.</summary>
public sealed class Attribute(IAttributionLedger ledger)
{
    [Function(nameof(Attribute))]
    public async Task RunAsync(
        [TimerTrigger("%AttributeSchedule%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        if ((await ledger.ChangesAsync(limit: 1, stopping)).Publications is []) return;
        await client.StartUnlessRunningAsync(nameof(AttributionOrchestration), AttributionRequest.Instance, new AttributionRequest(), stopping);
    }
}

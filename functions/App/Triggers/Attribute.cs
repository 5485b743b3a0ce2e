using Pipeline.App.Orchestrations;

namespace Pipeline.App.Triggers;

/// <summary>Starts an attribution run over what changed in the lake, unless one is running.</summary>
public sealed class Attribute
{
    [Function(nameof(Attribute))]
    public Task RunAsync(
        [TimerTrigger("%AttributeSchedule%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken stopping) =>
        client.StartUnlessRunningAsync(nameof(AttributionOrchestration), AttributionRequest.Instance, new AttributionRequest(), stopping);
}

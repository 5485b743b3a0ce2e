using Pipeline.Sinks.Alerting;

namespace Pipeline.App.Triggers;

/// <summary>Tells the channels of the settings what happened to alerts. Overlapping runs are harmless.</summary>
public sealed class DeliverAlerts(AlertDelivery delivery)
{
    [Function(nameof(DeliverAlerts))]
    public Task RunAsync([TimerTrigger("%AlertSchedule%")] TimerInfo timer, CancellationToken stopping) => delivery.RunAsync(stopping);
}

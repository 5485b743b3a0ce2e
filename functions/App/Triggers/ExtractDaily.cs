using Pipeline.App.Orchestrations;
using Pipeline.Domain.Ports;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Triggers;

/// <summary>Starts an extraction for every account of every provider, unless its last one is still running.</summary>
public sealed class ExtractDaily(SliceSources sources)
{
    [Function(nameof(ExtractDaily))]
    public async Task RunAsync(
        [TimerTrigger("%ExtractSchedule%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        foreach (var (source, account) in sources.Accounts)
        {
            var instance = $"extract-{source}-{account}";
            if (await client.GetInstanceAsync(instance, stopping) is { IsCompleted: false }) continue;
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ExtractOrchestration), new ExtractRequest(source, account, null, null, WorkClass.Daily), new StartOrchestrationOptions(instance), stopping);
        }
    }
}

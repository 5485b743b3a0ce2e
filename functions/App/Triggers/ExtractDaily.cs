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
            var request = new ExtractRequest(source, account, null, null, WorkClass.Daily);
            await client.StartUnlessRunningAsync(nameof(ExtractOrchestration), $"extract-{source}-{account}", request, stopping);
        }
    }
}

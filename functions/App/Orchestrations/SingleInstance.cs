namespace Pipeline.App.Orchestrations;

/// <summary>Starts orchestrations of which one at a time is enough: each has an instance id of its own.</summary>
internal static class SingleInstance
{
    /// <summary>Starts a publication run for a dataset, unless one is on its way. Two at once would be wasteful, not wrong.</summary>
    /// <returns>The run's instance id.</returns>
    public static async Task<string> StartPublishingAsync(this DurableTaskClient client, string dataset, CancellationToken stopping)
    {
        var instance = $"publish-{dataset}";
        await client.StartUnlessRunningAsync(nameof(PublishOrchestration), instance, new PublishRequest(dataset), stopping);
        return instance;
    }

    /// <summary>Starts an orchestration, unless the instance is running.</summary>
    public static async Task StartUnlessRunningAsync(
        this DurableTaskClient client, string orchestration, string instance, object input, CancellationToken stopping)
    {
        if (await client.GetInstanceAsync(instance, stopping) is { IsCompleted: false }) return;
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestration, input, new StartOrchestrationOptions(instance), stopping);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A timer or another process started it in the same moment: hosts differ in what they throw then, so the instance is asked.
            if (await client.GetInstanceAsync(instance, stopping) is null) throw;
        }
    }
}

namespace Pipeline.App.Orchestrations;

/// <summary>Starts publication runs.</summary>
internal static class Publishing
{
    /// <summary>Starts a run for a dataset, unless one is on its way. Two at once would be wasteful, not wrong.</summary>
    /// <returns>The run's instance id, one for each dataset.</returns>
    public static async Task<string> StartPublishingAsync(this DurableTaskClient client, string dataset, CancellationToken stopping)
    {
        var instance = $"publish-{dataset}";
        var running = await client.GetInstanceAsync(instance, stopping);
        if (running is not { IsCompleted: false })
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(PublishOrchestration), new PublishRequest(dataset), new StartOrchestrationOptions(instance), stopping);
        return instance;
    }
}

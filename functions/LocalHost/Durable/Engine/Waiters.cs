using System.Collections.Concurrent;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>Clients of this node who wait for an instance to change; those of other nodes look from time to time.</summary>
internal sealed class Waiters
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> changes = new(StringComparer.Ordinal);

    /// <summary>A task that ends at the instance's next change.</summary>
    public Task NextChange(string instanceId) =>
        changes.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string instanceId)
    {
        if (changes.TryRemove(instanceId, out var source)) source.TrySetResult();
    }
}

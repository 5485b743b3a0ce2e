using System.Collections.Concurrent;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>Clients of this node who wait for an instance to change; those of other nodes look from time to time.</summary>
internal sealed class Waiters
{
    private readonly ConcurrentDictionary<(string InstanceId, bool End), TaskCompletionSource> changes = new();

    /// <summary>A task that ends at the instance's next change, or only at the one that ends the instance.</summary>
    public Task NextChange(string instanceId, bool end) =>
        changes.GetOrAdd((instanceId, end), _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string instanceId, bool ended)
    {
        if (changes.TryRemove((instanceId, false), out var change)) change.TrySetResult();
        if (ended && changes.TryRemove((instanceId, true), out var end)) end.TrySetResult();
    }
}

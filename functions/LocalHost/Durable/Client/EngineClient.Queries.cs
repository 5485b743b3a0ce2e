using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable.Client;

internal sealed partial class EngineClient
{
    private const int PurgeBatch = 500;

    // Waiting clients of this node are woken; these pauses only bound what they miss: work of other nodes.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100), LaterLook = TimeSpan.FromSeconds(1);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        InstanceIds.Check(instanceId);
        return (await RetryAsync(() => parts.Queries.GetAsync(instanceId, getInputsAndOutputs, cancellation), cancellation))?.Instance;
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(
            instanceId, false, instance => instance.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, true, instance => instance.IsCompleted, getInputsAndOutputs, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new();
        return Pageable.Create<OrchestrationMetadata>((token, size, cancellation) => RetryAsync(
            () => parts.Queries.QueryAsync(query, token ?? query.ContinuationToken, Math.Max(1, size ?? query.PageSize), cancellation),
            cancellation));
    }

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null, DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null, int pageSize = 100, string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        return RetryAsync(
            () => parts.Queries.EndedIdsAsync(
                runtimeStatus?.ToList(), completedTimeFrom, completedTimeTo, pageSize, lastInstanceKey, cancellation),
            cancellation);
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        InstanceIds.Check(instanceId);
        return new(await RetryAsync(
            () => parts.Queries.PurgeAsync(instanceId, new(), options?.Recursive == true, 1, cancellation), cancellation));
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (started, purged) = (parts.Time.GetTimestamp(), 0);
        while (true)
        {
            var count = await RetryAsync(
                () => parts.Queries.PurgeAsync(null, filter, options?.Recursive == true, PurgeBatch, cancellation), cancellation);
            purged += count;
            if (count < PurgeBatch) return new(purged, true);
            if (parts.Time.GetElapsedTime(started) >= filter.Timeout) return new(purged, false);
        }
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, bool end, Func<OrchestrationMetadata, bool> reached, bool payloads, CancellationToken cancellation)
    {
        for (var pause = FirstLook; ; pause = pause + pause < LaterLook ? pause + pause : LaterLook)
        {
            var change = parts.Waiters.NextChange(instanceId, end);
            var instance = await GetInstancesAsync(instanceId, payloads, cancellation);
            if (instance is not null && reached(instance))
            {
                parts.Waiters.Changed(instanceId, instance.IsCompleted);
                return instance;
            }
            cancellation.ThrowIfCancellationRequested();
            await Task.WhenAny(change, Task.Delay(pause, parts.Time, cancellation));
        }
    }
}

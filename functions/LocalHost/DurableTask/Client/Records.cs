namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration instance stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Started, not ended.</summary>
    Running = 0,

    /// <summary>Returned.</summary>
    Completed = 1,

    /// <summary>Started over; not reported any more.</summary>
    [Obsolete("The ContinuedAsNew status is obsolete and exists only for compatibility reasons.")]
    ContinuedAsNew = 2,

    /// <summary>Threw.</summary>
    Failed = 3,

    /// <summary>Not used.</summary>
    [Obsolete("The Canceled status is not currently used and exists only for compatibility reasons.")]
    Canceled = 4,

    /// <summary>Ended by a client.</summary>
    Terminated = 5,

    /// <summary>Not yet started.</summary>
    Pending = 6,

    /// <summary>Paused by a client.</summary>
    Suspended = 7,
}

/// <summary>Which instances a query returns; null filters nothing. Times are when the instance was created.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.client.orchestrationquery</remarks>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>The page size unless one is asked for.</summary>
    public const int DefaultPageSize = 100;
}

/// <summary>Which ended instances are purged; null filters nothing. Times are when the instance was created.</summary>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null, DateTimeOffset? CreatedTo = null, IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>Stop after this long and report an incomplete purge; null is without end.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How instances are purged: with their children or not.</summary>
public record PurgeInstanceOptions(bool Recursive = false);

/// <summary>What a purge removed.</summary>
public class PurgeResult
{
    /// <summary>So many instances.</summary>
    public PurgeResult(int count) : this(count, null) { }

    /// <summary>So many instances; false when some are left.</summary>
    public PurgeResult(int count, bool? isComplete)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (PurgedInstanceCount, IsComplete) = (count, isComplete);
    }

    /// <summary>Instances removed.</summary>
    public int PurgedInstanceCount { get; }

    /// <summary>False when the purge stopped early; null when that is not known.</summary>
    public bool? IsComplete { get; }
}

/// <summary>How an instance is terminated: its output, and its children too or not.</summary>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>Gives clients to code that has no binding.</summary>
public interface IDurableTaskClientProvider
{
    /// <summary>The client of a name; null is the default one.</summary>
    DurableTaskClient GetClient(string? name = null);
}

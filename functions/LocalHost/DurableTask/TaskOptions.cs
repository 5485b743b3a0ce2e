using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How an activity or sub-orchestration is called.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.taskoptions</remarks>
public record TaskOptions
{
    /// <summary>Options with a retry rule; null means one attempt.</summary>
    public TaskOptions(TaskRetryOptions? retry) : this(retry, null) { }

    /// <summary>Options with a retry rule and tags; null means one attempt, no tags.</summary>
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null) => (Retry, Tags) = (retry, tags);

    /// <summary>A copy.</summary>
    public TaskOptions(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Retry, Tags, Version) = (options.Retry, options.Tags, options.Version);
    }

    /// <summary>The retry rule; null means one attempt.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Labels kept with the task; null is none.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>The version to run; null inherits the orchestration's.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Options that retry by a policy.</summary>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Options that ask a handler after every failure.</summary>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>Options that ask a handler after every failure.</summary>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    /// <summary>These options for a sub-orchestration with an instance id of its own.</summary>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}

/// <summary>How a sub-orchestration is called.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.suborchestrationoptions</remarks>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>Options with a retry rule and an instance id; a null id means a generated one.</summary>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null) : base(retry) => InstanceId = instanceId;

    /// <summary>These options with an instance id; null keeps the id they have.</summary>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null) : base(options)
    {
        InstanceId = instanceId;
        if (options is not SubOrchestrationOptions other) return;
        InstanceId ??= other.InstanceId;
        Version = other.Version;
    }

    /// <summary>A copy.</summary>
    public SubOrchestrationOptions(SubOrchestrationOptions options) : base(options) =>
        (InstanceId, Version) = (options.InstanceId, options.Version);

    /// <summary>The child's instance id; null means a generated one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The child's version; null means the default version.</summary>
    public new TaskVersion? Version { get; init; }
}

/// <summary>How a new orchestration instance starts.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.startorchestrationoptions</remarks>
public record StartOrchestrationOptions
{
    /// <summary>An instance id (null: generated) and the earliest start (null: now).</summary>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null) =>
        (this.InstanceId, this.StartAt) = (InstanceId, StartAt);

    /// <summary>A copy.</summary>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (InstanceId, StartAt, Tags, Version, DedupeStatuses) =
            (options.InstanceId, options.StartAt, options.Tags, options.Version, options.DedupeStatuses);
    }

    /// <summary>The instance id; null means a generated one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The earliest start; null means now.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Labels kept with the instance.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The version to run; null means the default version.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Names of the runtime statuses in which an existing instance of this id refuses the start; null: the host's
    /// setting.</summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}

using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable;

/// <summary>The application's durable functions, as the engine sees them. The host finds them and binds their parameters.</summary>
internal interface IDurableFunctions
{
    /// <summary>Names of all orchestrators.</summary>
    IReadOnlyCollection<string> Orchestrators { get; }

    /// <summary>Names of all activities.</summary>
    IReadOnlyCollection<string> Activities { get; }

    /// <summary>The orchestrator of a name, ignoring case; null when there is none. It must run on the calling thread up to its first
    /// await.</summary>
    Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(TaskName name);

    /// <summary>The activity of a name, ignoring case; null when there is none. The token fires when the host's stop deadline
    /// passes.</summary>
    Func<DurableActivityCall, CancellationToken, Task<object?>>? FindActivity(TaskName name);

    /// <summary>Whether the app put middleware around its functions: then every turn runs by <see cref="RunTurnAsync"/>, from its
    /// history.</summary>
    bool HasMiddleware => false;

    /// <summary>Runs a turn inside the app's middleware: <paramref name="turn"/> is given the orchestrator's code, as
    /// <see cref="FindOrchestrator"/> would, and runs it on the calling thread. A middleware may keep it from being called.</summary>
    Task RunTurnAsync(TaskName name, string instanceId, Action<Func<TaskOrchestrationContext, Task<object?>>?> turn)
    {
        turn(FindOrchestrator(name));
        return Task.CompletedTask;
    }
}

/// <summary>One call of an activity: its input is the text the <see cref="DataConverter"/> wrote, null for none.</summary>
internal sealed record DurableActivityCall(TaskName Name, string InstanceId, string? SerializedInput, int TaskId);

/// <summary>host.json <c>extensions.durableTask</c>, with the real defaults, and the engine's own rhythm.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-host-json-settings</remarks>
internal sealed record DurableOptions
{
    /// <summary>The task hub: instances of one hub never see those of another in the same database.</summary>
    public string HubName { get; init; } = "TestHubName";

    /// <summary>Activities that run at once on this node.</summary>
    public int MaxConcurrentActivityFunctions { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Orchestrators that run at once on this node.</summary>
    public int MaxConcurrentOrchestratorFunctions { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Actions one turn of an orchestrator may schedule; more fail the instance.</summary>
    public int MaxOrchestrationActions { get; init; } = 100_000;

    /// <summary>Which existing instance a start under its id replaces, unless the start says so itself.</summary>
    public OverridableStates OverridableExistingInstanceStates { get; init; } = OverridableStates.NonRunningStates;

    /// <summary>The version of instances started without one; null is unversioned.</summary>
    public string? DefaultVersion { get; init; }

    /// <summary>Timers longer than this are split.</summary>
    public TimeSpan MaximumTimerInterval { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Orchestrators whose live state is kept between turns; beyond it the least recently used are replayed.</summary>
    public int LiveOrchestrators { get; init; } = 2_000;

    /// <summary>How long after its last heartbeat a node counts as dead and its work is given to others.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two looks for work when no notification arrives.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>host.json <c>overridableExistingInstanceStates</c>.</summary>
internal enum OverridableStates
{
    /// <summary>Completed, failed and terminated instances are replaced; others refuse the start.</summary>
    NonRunningStates,

    /// <summary>Any instance is replaced.</summary>
    AnyState,
}

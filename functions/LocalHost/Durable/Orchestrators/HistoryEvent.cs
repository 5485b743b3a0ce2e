namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>What happened to an instance. The numbers are stored: they never change.</summary>
internal enum HistoryKind : short
{
    TurnStarted = 0,
    ExecutionStarted = 1,
    TaskScheduled = 2,
    TaskCompleted = 3,
    TaskFailed = 4,
    ChildCreated = 5,
    ChildCompleted = 6,
    ChildFailed = 7,
    TimerCreated = 8,
    TimerFired = 9,
    EventRaised = 10,
    EventSent = 11,
    Suspended = 12,
    Resumed = 13,
    Terminated = 14,
    Faulted = 15,
}

/// <summary>One row of an instance's history, and one message of its inbox: the inbox becomes history when a turn consumes it.</summary>
/// <param name="At">UTC, whole microseconds: PostgreSQL keeps no more, and replay must see the same value.</param>
/// <param name="TaskId">The task's number in the execution, from 0; -1 where none belongs to the event.</param>
/// <param name="Name">Activity, orchestrator or event name.</param>
/// <param name="Payload">Input, output, event payload, or a failure as JSON; for a created timer the time it fires.</param>
/// <param name="Detail">The other instance's id (created child, sent event); "recursive" for a termination that includes children.</param>
internal sealed record HistoryEvent(
    HistoryKind Kind, DateTime At, int TaskId = -1, string? Name = null, string? Payload = null, string? Detail = null)
{
    public const string Recursive = "recursive";
}

/// <summary>What the orchestrator's code asked for in a turn; a history event of the same kind records it.</summary>
/// <param name="Target">The child's instance id, or the instance an event goes to.</param>
/// <param name="FireAt">When a timer fires, UTC.</param>
internal sealed record OrchestratorAction(
    HistoryKind Kind, int TaskId, string Name = "", string? Payload = null, string? Target = null, string Version = "",
    DateTime FireAt = default, IDictionary<string, string>? Tags = null)
{
    // An activity's input is stored with the work item and a child's with the child: history needs neither.
    public HistoryEvent Record(DateTime at) => Kind switch
    {
        HistoryKind.TimerCreated => new(Kind, at, TaskId, Payload: FireAt.ToString("O")),
        _ => new(Kind, at, TaskId, Name, Detail: Target),
    };
}

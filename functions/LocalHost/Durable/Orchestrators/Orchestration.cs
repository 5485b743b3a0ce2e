using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Core = DurableTask.Core.Exceptions;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>What is fixed for one execution of an instance.</summary>
internal sealed record OrchestrationFacts(
    string InstanceId, Guid Execution, TaskName Name, string Version, ParentOrchestrationInstance? Parent);

/// <summary>What every orchestration shares.</summary>
internal sealed record OrchestrationServices(DataConverter Converter, ILoggerFactory Loggers, DurableOptions Options);

/// <summary>The input and version an orchestration starts over with.</summary>
internal sealed record NextGeneration(string? Input, string Version, bool PreserveEvents);

/// <summary>
/// One execution of one instance: the orchestrator's code, brought to where it stands by feeding it its history, then fed new events.
/// Not thread-safe: one turn at a time.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestrations#reliability</remarks>
internal sealed partial class Orchestration
{
    private readonly Func<TaskOrchestrationContext, Task<object?>>? code;
    private readonly OrchestrationServices services;
    private readonly OrchestratorScheduler scheduler;
    private readonly OrchestratorContext context;
    private readonly SortedDictionary<int, OrchestratorAction> pending = [];
    private readonly Dictionary<int, OpenTask> open = [];
    private readonly List<int> cancelledTimers = [];
    private readonly Queue<HistoryEvent> whileSuspended = new();
    private int nextTaskId;
    private Task<object?>? running;
    private bool ended;
    private TaskFailureDetails? fault;
    private HistoryEvent? termination;

    /// <summary>An execution before its first event; <paramref name="code"/> null is an orchestrator nobody registered.</summary>
    public Orchestration(
        OrchestrationFacts facts, Func<TaskOrchestrationContext, Task<object?>>? code, OrchestrationServices services,
        Action onIllegalAwait)
    {
        Facts = facts;
        this.code = code;
        this.services = services;
        scheduler = new OrchestratorScheduler(onIllegalAwait);
        context = new OrchestratorContext(this, services);
        Events = new ExternalEvents(services.Converter);
    }

    public OrchestrationFacts Facts { get; }

    public string? Input { get; private set; }

    public DateTime Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool Suspended { get; private set; }

    public ExternalEvents Events { get; }

    public (bool Set, string? Text) CustomStatus { get; set; }

    public NextGeneration? NextGeneration { get; set; }

    /// <summary>Feeds recorded events: code runs again, what it asks for is compared with what was recorded.</summary>
    public void Replay(IEnumerable<HistoryEvent> history)
    {
        IsReplaying = true;
        scheduler.Run(() =>
        {
            foreach (var e in history) Apply(e);
        });
        IsReplaying = false;
        cancelledTimers.Clear();
    }

    /// <summary>Feeds new events and returns what the turn came to. A turn's time never goes back.</summary>
    public TurnOutcome Turn(DateTime now, IReadOnlyList<HistoryEvent> fresh)
    {
        now = now < Now ? Now : now;
        CustomStatus = default;
        var recorded = new List<HistoryEvent>(fresh.Count + 4) { new(HistoryKind.TurnStarted, now) };
        recorded.AddRange(fresh);
        scheduler.Run(() =>
        {
            foreach (var e in recorded) Apply(e);
        });
        var actions = pending.Values.ToList();
        recorded.AddRange(actions.Select(action => action.Record(now)));
        var cancelled = cancelledTimers.ToList();
        pending.Clear();
        cancelledTimers.Clear();
        return Outcome(recorded, actions, cancelled);
    }

    /// <summary>Refuses use of the context from code that left its turn.</summary>
    public void EnsureInTurn()
    {
        if (scheduler.IsCurrent) return;
        scheduler.Refuse();
        throw new InvalidOperationException(IllegalAwaitText);
    }

    /// <summary>Numbers and remembers an action.</summary>
    public OrchestratorAction Act(Func<int, OrchestratorAction> create)
    {
        var action = create(nextTaskId);
        pending.Add(nextTaskId++, action);
        return action;
    }

    /// <summary>Makes a task of an action.</summary>
    public Task<T> Open<T>(Func<int, OrchestratorAction> create)
    {
        EnsureInTurn();
        var action = Act(create);
        var task = new OpenTask<T>(action.Kind, action.TaskId, action.Name, services.Converter);
        open.Add(action.TaskId, task);
        return task.Task;
    }

    /// <summary>Makes a timer; cancelled, it no longer keeps the orchestration open.</summary>
    public async Task OpenTimer(DateTime fireAt, CancellationToken cancellation)
    {
        EnsureInTurn();
        var id = Act(id => new(HistoryKind.TimerCreated, id, FireAt: fireAt)).TaskId;
        var timer = new OpenTask<object>(HistoryKind.TimerCreated, id, "timer", services.Converter);
        open.Add(id, timer);
        using var registration = cancellation.Register(() =>
        {
            if (!open.Remove(id)) return;
            cancelledTimers.Add(id);
            timer.Cancel(cancellation);
        });
        await timer.Task;
    }

    private string IllegalAwaitText =>
        $"Orchestrator '{Facts.Name}' continued outside its turn: it awaited something that is not durable. "
        + "Await only tasks made by its TaskOrchestrationContext, without ConfigureAwait(false); do everything else in activities.";

    private Core.NonDeterministicOrchestrationException NonDeterministic(HistoryEvent e, string now) => new(
        e.TaskId,
        $"the history of instance '{Facts.InstanceId}' has event {Describe(e.Kind, e.TaskId, e.Name)}, but the code of orchestrator "
        + $"'{Facts.Name}' now {now}. Was the code changed while the instance was running? "
        + "Give changed orchestrators a new name or version.");

    private static string Describe(HistoryKind kind, int id, string? name) =>
        string.IsNullOrEmpty(name) ? $"{kind} #{id}" : $"{kind} #{id} '{name}'";
}

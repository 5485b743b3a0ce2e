using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>What one turn came to: everything its transaction writes.</summary>
/// <param name="Status">Running, Suspended, Pending or how the instance ended.</param>
/// <param name="Output">The output's text, a termination's, or a failure's message.</param>
/// <param name="Next">Set when the orchestration starts over, with the events it takes along.</param>
internal sealed record TurnOutcome(
    OrchestrationRuntimeStatus Status,
    IReadOnlyList<HistoryEvent> Recorded,
    IReadOnlyList<OrchestratorAction> Actions,
    IReadOnlyList<int> CancelledTimers,
    (bool Set, string? Text) CustomStatus = default,
    string? Output = null,
    TaskFailureDetails? Failure = null,
    bool TerminatesChildren = false,
    NextGeneration? Next = null,
    IReadOnlyList<(string Name, string? Payload)>? Carried = null)
{
    public bool Ended => Status is
        OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>The end of an instance by a failure; what its code asked for in this turn is not done.</summary>
    public static TurnOutcome Failed(TaskFailureDetails failure, IReadOnlyList<HistoryEvent> recorded) =>
        new(OrchestrationRuntimeStatus.Failed, recorded, [], [], Output: failure.ErrorMessage, Failure: failure);
}

internal sealed partial class Orchestration
{
    private TurnOutcome Outcome(List<HistoryEvent> recorded, List<OrchestratorAction> actions, List<int> cancelled)
    {
        if (termination is not null)
            return new(
                OrchestrationRuntimeStatus.Terminated, recorded, [], [], CustomStatus, termination.Payload,
                TerminatesChildren: termination.Detail == HistoryEvent.Recursive);
        if (fault is null && (scheduler.IllegalAwait || Stuck))
            fault = FailureText.Of(typeof(InvalidOperationException).FullName!, IllegalAwaitText);
        if (fault is null && actions.Count > services.Options.MaxOrchestrationActions)
            fault = FailureText.Of(
                typeof(InvalidOperationException).FullName!,
                $"Orchestrator '{Facts.Name}' asked for {actions.Count} actions in one turn; maxOrchestrationActions in host.json allows "
                + $"{services.Options.MaxOrchestrationActions}. Split the work over sub-orchestrations or ContinueAsNew.");
        if (fault is not null) return TurnOutcome.Failed(fault, recorded) with { CustomStatus = CustomStatus };
        var turn = new TurnOutcome(Unfinished, recorded, actions, cancelled, CustomStatus);
        return ended && open.Count == 0 ? End(turn) : turn;
    }

    // Code that waits although nothing durable is open can never be continued by an event.
    private bool Stuck => running is not null && !ended && open.Count == 0 && !Events.Awaited && !Suspended;

    private OrchestrationRuntimeStatus Unfinished =>
        Suspended ? OrchestrationRuntimeStatus.Suspended
        : running is null ? OrchestrationRuntimeStatus.Pending
        : OrchestrationRuntimeStatus.Running;

    private TurnOutcome End(TurnOutcome turn)
    {
        if (running!.IsFaulted || running.IsCanceled)
            return Failed(turn, running.Exception?.InnerException ?? new TaskCanceledException(running));
        if (NextGeneration is { } next)
            return turn with { Next = next, Carried = next.PreserveEvents ? [.. Events.Unprocessed] : [] };
        try
        {
            return turn with { Status = OrchestrationRuntimeStatus.Completed, Output = services.Converter.Serialize(running.Result) };
        }
        catch (Exception error)
        {
            return Failed(turn, error);   // an output that cannot be written as text
        }
    }

    private static TurnOutcome Failed(TurnOutcome turn, Exception error) => turn with
    {
        Status = OrchestrationRuntimeStatus.Failed, Output = error.Message, Failure = TaskFailureDetails.FromException(error),
    };
}

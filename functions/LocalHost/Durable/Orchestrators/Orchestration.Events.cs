using Microsoft.DurableTask;
using Core = DurableTask.Core.Exceptions;

namespace Pipeline.LocalHost.Durable.Orchestrators;

internal sealed partial class Orchestration
{
    private void Apply(HistoryEvent e)
    {
        if (fault is not null || termination is not null) return;
        switch (e.Kind)
        {
            case HistoryKind.TurnStarted:
                Now = e.At;
                break;
            case HistoryKind.TaskScheduled or HistoryKind.ChildCreated or HistoryKind.TimerCreated or HistoryKind.EventSent:
                Match(e);
                break;
            case HistoryKind.Terminated:
                termination = e;
                break;
            case HistoryKind.Faulted:
                fault = FailureText.Read(e.Payload);
                break;
            case HistoryKind.Suspended:
                Suspended = true;
                break;
            case HistoryKind.Resumed:
                Suspended = false;
                while (!Suspended && whileSuspended.TryDequeue(out var waiting)) Deliver(waiting);
                break;
            default:
                if (Suspended) whileSuspended.Enqueue(e);
                else Deliver(e);
                break;
        }
    }

    private void Deliver(HistoryEvent e)
    {
        switch (e.Kind)
        {
            case HistoryKind.ExecutionStarted:
                Start(e);
                break;
            case HistoryKind.EventRaised:
                Events.Receive(e.Name!, e.Payload);
                break;
            case HistoryKind.TaskCompleted or HistoryKind.ChildCompleted or HistoryKind.TimerFired:
                // A task that is not open any more was completed before, or cancelled: the late message changes nothing.
                if (open.Remove(e.TaskId, out var completed)) completed.Complete(e.Payload);
                break;
            case HistoryKind.TaskFailed or HistoryKind.ChildFailed:
                if (open.Remove(e.TaskId, out var failed)) failed.Fail(FailureText.Read(e.Payload));
                break;
        }
    }

    private void Start(HistoryEvent e)
    {
        Input = e.Payload;
        if (code is null)
        {
            fault = FailureText.Of(FailureText.OrchestratorNotFound, $"No orchestrator task named '{Facts.Name}' was found.");
            return;
        }
        running = RunAsync(code);
        running.ContinueWith(
            _ => Ended(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<object?> RunAsync(Func<TaskOrchestrationContext, Task<object?>> orchestrator) => await orchestrator(context);

    // Runs on the thread that completed the code: any other than the turn's is the end of an illegal await.
    private void Ended()
    {
        if (scheduler.IsCurrent) ended = true;
        else scheduler.Refuse();
    }

    private void Match(HistoryEvent e)
    {
        if (!pending.Remove(e.TaskId, out var action))
            Fault(NonDeterministic(e, "has not scheduled anything under this number"));
        else if (action.Kind != e.Kind || !SameName(action, e))
            Fault(NonDeterministic(e, $"schedules {Describe(action.Kind, action.TaskId, action.Name)} under this number"));
    }

    private static bool SameName(OrchestratorAction action, HistoryEvent e) =>
        e.Kind == HistoryKind.TimerCreated || string.Equals(action.Name, e.Name, StringComparison.OrdinalIgnoreCase);

    private void Fault(Core.OrchestrationException error) => fault = TaskFailureDetails.FromException(error);
}

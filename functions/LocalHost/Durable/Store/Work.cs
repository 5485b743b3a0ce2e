using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>A message an instance received; its sequence number orders it among the instance's messages.</summary>
internal sealed record Message(long Seq, Guid? Execution, HistoryEvent Event);

/// <summary>A claimed instance with the messages its next turn consumes.</summary>
/// <param name="HistoryLength">Events recorded so far: what an orchestrator's live state is compared with.</param>
/// <param name="Attempts">Claims since the last committed turn, this one included.</param>
internal sealed record TurnWork(
    long Key, OrchestrationFacts Facts, OrchestrationRuntimeStatus Status, int HistoryLength, int Attempts, ParentLink? ParentLink,
    IReadOnlyList<Message> Messages)
{
    public bool Ended => Status is
        OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>Where a child's result goes.</summary>
internal sealed record ParentLink(long Key, Guid Execution, int TaskId);

/// <summary>A claimed activity.</summary>
internal sealed record ActivityWork(long Key, TaskName Name, string InstanceId, string? Input, int TaskId);

/// <summary>An activity's result: its output's text, or why it failed.</summary>
internal sealed record ActivityResult(ActivityWork Work, string? Output, TaskFailureDetails? Failure);

/// <summary>A finished turn, ready to be committed.</summary>
internal sealed record TurnResult(TurnWork Work, TurnOutcome Outcome, DateTime At);

/// <summary>What one look for work found; <paramref name="NextDue"/> is when the next timer fires, null when none waits.</summary>
internal sealed record Claimed(IReadOnlyList<TurnWork> Turns, IReadOnlyList<ActivityWork> Activities, DateTime? NextDue);

/// <summary>This node was declared dead and its work given away: everything it holds in memory is void.</summary>
internal sealed class NodeLostException() : Exception("This node's lease expired and its work was given to other nodes.");

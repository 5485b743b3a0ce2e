using System.Text.Json;
using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>The rows a set of finished turns writes, and the statements that write them.</summary>
internal sealed partial class TurnWrites(Guid node, string hub, int handOver)
{
    private readonly Columns consumed = new(NpgsqlDbType.Bigint, NpgsqlDbType.Bigint);

    private readonly Columns instances = new(
        NpgsqlDbType.Bigint, NpgsqlDbType.Integer, NpgsqlDbType.Integer, NpgsqlDbType.Smallint, NpgsqlDbType.TimestampTz, NpgsqlDbType.Text,
        NpgsqlDbType.Text, NpgsqlDbType.Boolean, NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text);

    private readonly Columns history = new(
        NpgsqlDbType.Bigint, NpgsqlDbType.Integer, NpgsqlDbType.Smallint, NpgsqlDbType.TimestampTz, NpgsqlDbType.Integer,
        NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text);

    private readonly Columns activities = new(
        NpgsqlDbType.Bigint, NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        NpgsqlDbType.Text, NpgsqlDbType.Uuid);

    private readonly Columns messages = new(
        NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz, NpgsqlDbType.Smallint, NpgsqlDbType.Integer,
        NpgsqlDbType.Text, NpgsqlDbType.Text);

    private readonly Columns events = new(NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz);

    private readonly Columns children = new(
        NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.TimestampTz);

    private readonly Columns cancelledTimers = new(NpgsqlDbType.Bigint, NpgsqlDbType.Integer);
    private readonly List<long> renewed = [], ended = [], terminatedParents = [];
    private readonly Dictionary<(long Instance, int Task), ActivityWork> kept = [];

    /// <summary>The activity a returned key belongs to.</summary>
    public ActivityWork Kept(long key, long instance, int task) => kept[(instance, task)] with { Key = key };

    public void Add(TurnResult turn)
    {
        var (work, outcome, at) = turn;
        foreach (var message in work.Messages) consumed.Add(work.Key, message.Seq);
        if (work.Ended)
        {
            // Nothing can happen to an instance that ended: its messages are consumed and that is all.
            instances.Add(
                work.Key, work.HistoryLength, work.HistoryLength, (short)work.Status, at, null, null, false, null, null, null, null);
            return;
        }
        var next = outcome.Next;
        var execution = next is null ? work.Facts.Execution : Guid.NewGuid();
        instances.Add(
            work.Key, work.HistoryLength, next is null ? work.HistoryLength + outcome.Recorded.Count : 0, (short)outcome.Status, at,
            outcome.Output, outcome.Failure is null ? null : FailureText.Write(outcome.Failure), outcome.CustomStatus.Set,
            outcome.CustomStatus.Text, next is null ? null : execution, next?.Version, next?.Input);
        if (next is null) Record(work, outcome.Recorded);
        else Renew(work.Key, execution, outcome.Carried ?? [], at);
        foreach (var action in outcome.Actions) Act(work, action, outcome.CancelledTimers, at);
        foreach (var timer in outcome.CancelledTimers) cancelledTimers.Add(work.Key, timer);
        if (!outcome.Ended) return;
        ended.Add(work.Key);
        if (outcome.TerminatesChildren) terminatedParents.Add(work.Key);
        if (work.ParentLink is { } parent) TellParent(parent, work, outcome, at);
    }

    private void Record(TurnWork work, IReadOnlyList<HistoryEvent> recorded)
    {
        for (var i = 0; i < recorded.Count; i++)
        {
            var e = recorded[i];
            var payload = e.Kind == HistoryKind.ExecutionStarted ? null : e.Payload;   // the input is the instance's own column
            history.Add(work.Key, work.HistoryLength + i, (short)e.Kind, e.At, e.TaskId, e.Name, payload, e.Detail);
        }
    }

    // Negative numbers put what is carried along before everything that arrived meanwhile.
    private void Renew(long instance, Guid execution, IReadOnlyList<(string Name, string? Payload)> carried, DateTime at)
    {
        renewed.Add(instance);
        long seq = -carried.Count - 1;
        messages.Add(instance, seq++, execution, at, (short)HistoryKind.ExecutionStarted, -1, null, null);
        foreach (var (name, payload) in carried)
            messages.Add(instance, seq++, null, at, (short)HistoryKind.EventRaised, -1, name, payload);
    }

    private void Act(TurnWork work, OrchestratorAction action, IReadOnlyList<int> cancelled, DateTime at)
    {
        var tags = action.Tags is { Count: > 0 } ? JsonSerializer.Serialize(action.Tags) : null;
        switch (action.Kind)
        {
            case HistoryKind.TaskScheduled:
                var keep = kept.Count < handOver;
                if (keep) kept[(work.Key, action.TaskId)] = new(0, action.Name, work.Facts.InstanceId, action.Payload, action.TaskId);
                activities.Add(
                    work.Key, work.Facts.Execution, action.TaskId, action.Name, action.Version, action.Payload, tags, keep ? node : null);
                break;
            case HistoryKind.ChildCreated:
                children.Add(
                    action.Target, Guid.NewGuid(), action.Name, action.Version, action.Payload, tags, work.Key, work.Facts.InstanceId,
                    work.Facts.Name.Name, work.Facts.Execution, action.TaskId, at);
                break;
            case HistoryKind.TimerCreated when !cancelled.Contains(action.TaskId):
                messages.Add(work.Key, null, work.Facts.Execution, action.FireAt, (short)HistoryKind.TimerFired, action.TaskId, null, null);
                break;
            case HistoryKind.EventSent:
                events.Add(action.Target, action.Name, action.Payload, at);
                break;
        }
    }

    private void TellParent(ParentLink parent, TurnWork work, TurnOutcome outcome, DateTime at)
    {
        var failure = outcome.Status switch
        {
            OrchestrationRuntimeStatus.Completed => null,
            OrchestrationRuntimeStatus.Failed => outcome.Failure,
            _ => FailureText.Of("", $"Sub-orchestration '{work.Facts.InstanceId}' was terminated."),
        };
        var kind = failure is null ? HistoryKind.ChildCompleted : HistoryKind.ChildFailed;
        messages.Add(
            parent.Key, null, parent.Execution, at, (short)kind, parent.TaskId, work.Facts.Name.Name,
            failure is null ? outcome.Output : FailureText.Write(failure));
    }
}

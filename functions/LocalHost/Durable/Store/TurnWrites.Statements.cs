using Npgsql;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

internal sealed partial class TurnWrites
{
    private NpgsqlBatchCommand? consume, update;

    /// <summary>True when every consumed message was still there and every instance as it was claimed.</summary>
    public bool AllApplied => consume!.RecordsAffected == consumed.Count && update!.RecordsAffected == instances.Count;

    public void AddTo(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(consume = consumed.AddTo(new(
            "DELETE FROM localhost.message m USING unnest($1, $2) AS c(instance, seq) WHERE m.instance = c.instance AND m.seq = c.seq")));
        batch.BatchCommands.Add(update = instances.AddTo(Sql.Command(
            """
            UPDATE localhost.instance i SET
                owner = NULL, attempts = 0, history_length = t.length, status = t.status, updated_at = t.at,
                completed_at = CASE WHEN t.status IN (1, 3, 5) THEN coalesce(i.completed_at, t.at) END,
                output = coalesce(t.output, i.output), failure = coalesce(t.failure, i.failure),
                custom_status = CASE WHEN t.status_set THEN t.custom_status ELSE i.custom_status END,
                execution = coalesce(t.execution, i.execution), version = coalesce(t.version, i.version),
                input = CASE WHEN t.execution IS NULL THEN i.input ELSE t.input END
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                AS t(key, expected, length, status, at, output, failure, status_set, custom_status, execution, version, input)
            WHERE i.key = t.key AND i.owner = $1 AND i.history_length = t.expected
            """, node)));
        AddRemovals(batch);
        if (history.Count > 0) batch.BatchCommands.Add(history.AddTo(new(
            """
            INSERT INTO localhost.history (instance, seq, kind, at, task, name, payload, detail)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
            """)));
        if (activities.Count > 0) batch.BatchCommands.Add(activities.AddTo(Sql.Command(
            """
            INSERT INTO localhost.activity (hub, instance, execution, task, name, version, input, tags, owner)
            SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) RETURNING key, instance, task, owner
            """, hub)));
        if (children.Count > 0) AddChildren(batch);
        AddMessages(batch);
    }

    private void AddRemovals(NpgsqlBatch batch)
    {
        if (renewed.Count > 0)
            batch.BatchCommands.Add(Sql.Command("DELETE FROM localhost.history WHERE instance = ANY ($1)", renewed.ToArray()));
        if (ended.Count > 0)
            batch.BatchCommands.Add(Sql.Command("DELETE FROM localhost.message WHERE instance = ANY ($1)", ended.ToArray()));
        if (cancelledTimers.Count > 0) batch.BatchCommands.Add(cancelledTimers.AddTo(new(
            $"""
            DELETE FROM localhost.message m USING unnest($1, $2) AS c(instance, task)
            WHERE m.instance = c.instance AND m.task = c.task AND m.kind = {(short)HistoryKind.TimerFired}
            """)));
    }

    // A child's id replaces an ended instance of that id; one that has not ended stays, and the parent learns that its call failed.
    private void AddChildren(NpgsqlBatch batch)
    {
        const string Rows = "unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
            + "AS c(id, execution, name, version, input, tags, parent, parent_id, parent_name, parent_execution, parent_task, at)";
        batch.BatchCommands.Add(children.AddTo(Sql.Command(
            $"DELETE FROM localhost.instance i USING {Rows} WHERE i.hub = $1 AND i.id = c.id AND i.status IN (1, 3, 5)", hub)));
        batch.BatchCommands.Add(children.AddTo(Sql.Command(
            $"""
            WITH made AS (
                INSERT INTO localhost.instance (hub, id, execution, name, version, status, input, tags,
                    parent, parent_id, parent_name, parent_execution, parent_task, created_at, updated_at)
                SELECT $1, c.id, c.execution, c.name, c.version, 6, c.input, c.tags,
                    c.parent, c.parent_id, c.parent_name, c.parent_execution, c.parent_task, c.at, c.at FROM {Rows}
                ON CONFLICT (hub, id) DO NOTHING RETURNING key, execution, created_at)
            INSERT INTO localhost.message (instance, execution, visible_at, kind)
            SELECT key, execution, created_at, {(short)HistoryKind.ExecutionStarted} FROM made
            """, hub)));
        batch.BatchCommands.Add(children.AddTo(Sql.Command(
            $"""
            INSERT INTO localhost.message (instance, execution, visible_at, kind, task, name, payload)
            SELECT c.parent, c.parent_execution, c.at, {(short)HistoryKind.ChildFailed}, c.parent_task, c.name,
                json_build_object('ErrorType', 'DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException',
                    'ErrorMessage', 'An orchestration with id ''' || c.id || ''' already exists and has not ended.')::text
            FROM {Rows} JOIN localhost.instance i ON i.hub = $1 AND i.id = c.id AND i.execution <> c.execution
            """, hub)));
    }

    private void AddMessages(NpgsqlBatch batch)
    {
        if (messages.Count > 0) batch.BatchCommands.Add(messages.AddTo(new(
            """
            INSERT INTO localhost.message (instance, seq, execution, visible_at, kind, task, name, payload)
            SELECT m.instance, coalesce(m.seq, nextval('localhost.message_seq')), m.execution, m.at, m.kind, m.task, m.name, m.payload
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS m(instance, seq, execution, at, kind, task, name, payload)
            JOIN localhost.instance i
                ON i.key = m.instance AND i.execution = coalesce(m.execution, i.execution) AND i.status NOT IN (1, 3, 5)
            """)));
        if (events.Count > 0) batch.BatchCommands.Add(events.AddTo(Sql.Command(
            $"""
            INSERT INTO localhost.message (instance, visible_at, kind, name, payload)
            SELECT i.key, e.at, {(short)HistoryKind.EventRaised}, e.name, e.payload
            FROM unnest($2, $3, $4, $5) AS e(id, name, payload, at)
            JOIN localhost.instance i ON i.hub = $1 AND i.id = e.id AND i.status NOT IN (1, 3, 5)
            """, hub)));
        if (terminatedParents.Count > 0) batch.BatchCommands.Add(Sql.Command(
            $"""
            INSERT INTO localhost.message (instance, visible_at, kind, payload, detail)
            SELECT c.key, p.updated_at, {(short)HistoryKind.Terminated}, p.output, '{HistoryEvent.Recursive}'
            FROM localhost.instance c JOIN localhost.instance p ON p.key = c.parent AND p.execution = c.parent_execution
            WHERE c.parent = ANY ($1) AND c.status NOT IN (1, 3, 5)
            """, terminatedParents.ToArray()));
    }
}

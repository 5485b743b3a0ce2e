using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>The statement that turns activities into messages to their orchestrations.</summary>
internal static class ActivityWrites
{
    /// <summary>
    /// Deletes the work items and inserts their results. A work item that is gone was completed before or given to another node;
    /// one of an earlier execution has nobody who waits for it: neither writes a message.
    /// </summary>
    public static NpgsqlBatchCommand Complete(Guid node, DateTime at, IReadOnlyList<ActivityResult> results)
    {
        var rows = new Columns(NpgsqlDbType.Bigint, NpgsqlDbType.Smallint, NpgsqlDbType.Text, NpgsqlDbType.Text);
        foreach (var (work, output, failure) in results)
            rows.Add(
                work.Key, (short)(failure is null ? HistoryKind.TaskCompleted : HistoryKind.TaskFailed),
                failure is null ? output : FailureText.Write(failure), work.Name.Name);
        return rows.AddTo(Sql.Command(
            """
            WITH result AS (SELECT * FROM unnest($3, $4, $5, $6) AS r(key, kind, payload, name)),
            gone AS (
                DELETE FROM localhost.activity a USING result r WHERE a.key = r.key AND a.owner = $1
                RETURNING a.instance, a.execution, a.task, r.kind, r.payload, r.name)
            INSERT INTO localhost.message (instance, execution, visible_at, kind, task, name, payload)
            SELECT g.instance, g.execution, $2, g.kind, g.task, g.name, g.payload
            FROM gone g JOIN localhost.instance i ON i.key = g.instance AND i.execution = g.execution AND i.status NOT IN (1, 3, 5)
            """,
            node, at));
    }
}

using Microsoft.DurableTask.Client;
using Npgsql;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Claims work for a node and reads what a turn needs.</summary>
internal sealed class WorkStore(NpgsqlDataSource database, string hub)
{
    // The oldest messages lead to their instances; the row lock decides among nodes. The turn's commit counts the consumed messages,
    // so that a message seen here but consumed by another node in between voids the turn.
    private const string ClaimTurns =
        """
        WITH me AS (SELECT id FROM localhost.node WHERE id = $1 FOR KEY SHARE),
        due AS (
            SELECT m.instance FROM localhost.message m JOIN localhost.instance i ON i.key = m.instance
            WHERE m.visible_at <= $3 AND i.owner IS NULL AND i.hub = $2 ORDER BY m.visible_at LIMIT $4 * 4),
        taken AS (
            SELECT key FROM localhost.instance WHERE key = ANY (ARRAY(SELECT instance FROM due)) AND owner IS NULL
            ORDER BY key LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED),
        mine AS (
            UPDATE localhost.instance SET owner = $1, attempts = attempts + 1
            WHERE key = ANY (ARRAY(SELECT key FROM taken)) AND EXISTS (SELECT FROM me) RETURNING *)
        SELECT i.key, i.id, i.execution, i.name, i.version, i.status, i.history_length, i.attempts,
            i.parent, i.parent_id, i.parent_name, i.parent_execution, i.parent_task,
            m.seq, m.execution, m.kind, m.visible_at, m.task, m.name, CASE m.kind WHEN 1 THEN i.input ELSE m.payload END, m.detail
        FROM mine i CROSS JOIN LATERAL (
            SELECT * FROM localhost.message WHERE instance = i.key AND visible_at <= $3 ORDER BY seq OFFSET 0) m
        ORDER BY i.attempts, i.key, m.seq
        """;

    private const string ClaimActivities =
        """
        WITH me AS (SELECT id FROM localhost.node WHERE id = $1 FOR KEY SHARE),
        taken AS (
            SELECT key FROM localhost.activity WHERE hub = $2 AND owner IS NULL ORDER BY key LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE localhost.activity a SET owner = $1 FROM localhost.instance i
        WHERE a.key = ANY (ARRAY(SELECT key FROM taken)) AND i.key = a.instance AND EXISTS (SELECT FROM me)
        RETURNING a.key, a.name, i.id, a.input, a.task
        """;

    // A claim that a crash of the server undoes was never made: what this node does under it is refused, and claimed again.
    private const string DoNotSync = "SELECT set_config('synchronous_commit', 'off', true)";

    /// <summary>Claims up to so many turns and activities, in one round trip.</summary>
    public async Task<Claimed> ClaimAsync(Guid node, DateTime now, int turns, int activities, CancellationToken stopping)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(DoNotSync));
        if (turns > 0) batch.BatchCommands.Add(Sql.Command(ClaimTurns, node, hub, now, turns));
        if (activities > 0) batch.BatchCommands.Add(Sql.Command(ClaimActivities, node, hub, activities));
        batch.BatchCommands.Add(Sql.Command("SELECT min(visible_at) FROM localhost.message WHERE visible_at > $1", now));
        await using var reader = await batch.ExecuteReaderAsync(stopping);
        var (claimedTurns, claimedActivities) = (new List<TurnWork>(), new List<ActivityWork>());
        await reader.NextResultAsync(stopping);
        if (turns > 0)
        {
            await ReadTurnsAsync(reader, claimedTurns, stopping);
            await reader.NextResultAsync(stopping);
        }
        if (activities > 0)
        {
            while (await reader.ReadAsync(stopping))
                claimedActivities.Add(new(
                    reader.GetInt64(0), reader.GetString(1), reader.GetString(2), Text(reader, 3), reader.GetInt32(4)));
            await reader.NextResultAsync(stopping);
        }
        await reader.ReadAsync(stopping);
        return new(claimedTurns, claimedActivities, await reader.IsDBNullAsync(0, stopping) ? null : reader.GetDateTime(0));
    }

    /// <summary>The recorded events of instances, with the input in the event that started them.</summary>
    public async Task<Dictionary<long, List<HistoryEvent>>> HistoriesAsync(long[] instances, CancellationToken stopping)
    {
        await using var command = database.CreateCommand(
            """
            SELECT h.instance, h.kind, h.at, h.task, h.name, CASE h.kind WHEN 1 THEN i.input ELSE h.payload END, h.detail
            FROM localhost.history h JOIN localhost.instance i ON i.key = h.instance
            WHERE h.instance = ANY ($1) ORDER BY h.instance, h.seq
            """);
        command.Parameters.Add(new() { Value = instances });
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var histories = instances.ToDictionary(instance => instance, _ => new List<HistoryEvent>());
        while (await reader.ReadAsync(stopping)) histories[reader.GetInt64(0)].Add(ReadEvent(reader, 1));
        return histories;
    }

    private static async Task ReadTurnsAsync(NpgsqlDataReader reader, List<TurnWork> turns, CancellationToken stopping)
    {
        List<Message> messages = [];
        while (await reader.ReadAsync(stopping))
        {
            var key = reader.GetInt64(0);
            if (turns is [] || turns[^1].Key != key) turns.Add(ReadTurn(reader, key, messages = []));
            messages.Add(new(reader.GetInt64(13), reader.IsDBNull(14) ? null : reader.GetGuid(14), ReadEvent(reader, 15)));
        }
    }

    private static TurnWork ReadTurn(NpgsqlDataReader reader, long key, List<Message> messages)
    {
        var hasParent = !reader.IsDBNull(8);
        return new(
            key,
            new(reader.GetString(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4),
                hasParent ? new(reader.GetString(10), reader.GetString(9)) : null),
            (OrchestrationRuntimeStatus)reader.GetInt16(5), reader.GetInt32(6), reader.GetInt32(7),
            hasParent ? new(reader.GetInt64(8), reader.GetGuid(11), reader.GetInt32(12)) : null, messages);
    }

    private static HistoryEvent ReadEvent(NpgsqlDataReader reader, int first) => new(
        (HistoryKind)reader.GetInt16(first), reader.GetDateTime(first + 1), reader.GetInt32(first + 2),
        Text(reader, first + 3), Text(reader, first + 4), Text(reader, first + 5));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

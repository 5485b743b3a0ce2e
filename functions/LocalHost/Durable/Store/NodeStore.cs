using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>
/// Nodes and their leases. A node holds one lease, its row, for all the work it claimed; every transaction that writes work locks that
/// row, so a node whose row was deleted can write nothing any more.
/// </summary>
internal sealed class NodeStore(NpgsqlDataSource database, string hub)
{
    public Task RegisterAsync(Guid node, TimeSpan lease, CancellationToken stopping) => Sql.ExecuteAsync(database, stopping, Sql.Command(
        "INSERT INTO localhost.node (id, hub, alive_until) VALUES ($1, $2, clock_timestamp() + $3)", node, hub, lease));

    /// <summary>Renews the lease; how many other nodes there are, or null when the lease was lost.</summary>
    public async Task<int?> BeatAsync(Guid node, TimeSpan lease, CancellationToken stopping)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Sql.Command(
            """
            UPDATE localhost.node SET alive_until = clock_timestamp() + $2 WHERE id = $1
            RETURNING (SELECT count(*)::int - 1 FROM localhost.node WHERE hub = $3)
            """,
            node, lease, hub));
        return (int?)await batch.ExecuteScalarAsync(stopping);
    }

    /// <summary>Removes nodes whose lease expired and frees their work; returns how many there were.</summary>
    public async Task<int> ReapAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var dead = new List<Guid>();
        await using (var expired = new NpgsqlBatch(connection, transaction))
        {
            expired.BatchCommands.Add(Sql.Command(
                "DELETE FROM localhost.node WHERE hub = $1 AND alive_until < clock_timestamp() RETURNING id", hub));
            await using var reader = await expired.ExecuteReaderAsync(stopping);
            while (await reader.ReadAsync(stopping)) dead.Add(reader.GetGuid(0));
        }
        await using var free = new NpgsqlBatch(connection, transaction);
        free.BatchCommands.Add(Sql.Command("UPDATE localhost.instance SET owner = NULL WHERE owner = ANY ($1)", dead.ToArray()));
        free.BatchCommands.Add(Sql.Command("UPDATE localhost.activity SET owner = NULL WHERE owner = ANY ($1)", dead.ToArray()));
        if (dead.Count > 0) await free.ExecuteNonQueryAsync(stopping);
        await transaction.CommitAsync(stopping);
        return dead.Count;
    }

    /// <summary>Gives back everything a stopping node holds, and its row. Only a death on a turn counts as an attempt at it.</summary>
    public Task LeaveAsync(Guid node, CancellationToken stopping) => Sql.ExecuteAsync(
        database, stopping,
        Sql.Command("DELETE FROM localhost.node WHERE id = $1", node),
        Sql.Command("UPDATE localhost.instance SET owner = NULL, attempts = 0 WHERE owner = $1", node),
        Sql.Command("UPDATE localhost.activity SET owner = NULL WHERE owner = $1", node));

    /// <summary>
    /// Frees what is marked as this node's although the node does not know of it: claims and hand-overs whose answer was lost
    /// with a connection.
    /// </summary>
    public Task FreeUnknownAsync(Guid node, long[] instances, long[] activities, CancellationToken stopping) => Sql.ExecuteAsync(
        database, stopping,
        Sql.Command("UPDATE localhost.instance SET owner = NULL WHERE owner = $1 AND key <> ALL ($2)", node, instances),
        Sql.Command("UPDATE localhost.activity SET owner = NULL WHERE owner = $1 AND key <> ALL ($2)", node, activities));
}

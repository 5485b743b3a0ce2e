using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>
/// Nodes and their leases. A node holds one lease, its row, for all the work it claimed; every transaction that writes work locks that
/// row, so a node whose row was deleted can write nothing any more.
/// </summary>
internal sealed class NodeStore(NpgsqlDataSource database, string hub)
{
    public async Task RegisterAsync(Guid node, TimeSpan lease, CancellationToken stopping)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO localhost.node (id, hub, alive_until) VALUES ($1, $2, clock_timestamp() + $3)");
        foreach (var value in (object[])[node, hub, lease]) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stopping);
    }

    /// <summary>Renews the lease; how many other nodes there are, or null when the lease was lost.</summary>
    public async Task<int?> BeatAsync(Guid node, TimeSpan lease, CancellationToken stopping)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE localhost.node SET alive_until = clock_timestamp() + $2 WHERE id = $1
            RETURNING (SELECT count(*)::int - 1 FROM localhost.node WHERE hub = $3)
            """);
        foreach (var value in (object[])[node, lease, hub]) command.Parameters.Add(new() { Value = value });
        return (int?)await command.ExecuteScalarAsync(stopping);
    }

    /// <summary>Removes nodes whose lease expired and frees their work; returns how many there were.</summary>
    public async Task<int> ReapAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var command = new NpgsqlCommand(
            "DELETE FROM localhost.node WHERE hub = $1 AND alive_until < clock_timestamp() RETURNING id", connection);
        command.Parameters.Add(new() { Value = hub });
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var dead = new List<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(stopping))
            while (await reader.ReadAsync(stopping)) dead.Add(reader.GetGuid(0));
        if (dead.Count > 0) await FreeAsync(connection, [.. dead], stopping);
        await transaction.CommitAsync(stopping);
        return dead.Count;
    }

    /// <summary>Gives back everything a stopping node holds, and its row.</summary>
    public async Task LeaveAsync(Guid node, CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await using var delete = new NpgsqlCommand("DELETE FROM localhost.node WHERE id = $1", connection) { Parameters = { new() { Value = node } } };
        await delete.ExecuteNonQueryAsync(stopping);
        await FreeAsync(connection, [node], stopping, ", attempts = 0");   // only a death on a turn counts as an attempt
        await transaction.CommitAsync(stopping);
    }

    /// <summary>
    /// Frees what is marked as this node's although the node does not know of it: claims and hand-overs whose answer was lost
    /// with a connection.
    /// </summary>
    public async Task FreeUnknownAsync(Guid node, long[] instances, long[] activities, CancellationToken stopping)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("UPDATE localhost.instance SET owner = NULL WHERE owner = $1 AND key <> ALL ($2)")
            { Parameters = { new() { Value = node }, new() { Value = instances } } });
        batch.BatchCommands.Add(new("UPDATE localhost.activity SET owner = NULL WHERE owner = $1 AND key <> ALL ($2)")
            { Parameters = { new() { Value = node }, new() { Value = activities } } });
        await batch.ExecuteNonQueryAsync(stopping);
    }

    private static async Task FreeAsync(NpgsqlConnection connection, Guid[] nodes, CancellationToken stopping, string alsoSet = "")
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"UPDATE localhost.instance SET owner = NULL{alsoSet} WHERE owner = ANY ($1)") { Parameters = { new() { Value = nodes } } });
        batch.BatchCommands.Add(new("UPDATE localhost.activity SET owner = NULL WHERE owner = ANY ($1)") { Parameters = { new() { Value = nodes } } });
        await batch.ExecuteNonQueryAsync(stopping);
    }
}

using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>A turn that another node ran in between, or whose instance was replaced: it is void, and so is the state in memory.</summary>
internal sealed class StaleTurnException() : Exception("A turn's instance changed since it was claimed.");

/// <summary>Writes finished turns and activities, any number of them in one transaction that locks the node's lease.</summary>
internal sealed class CommitStore(NpgsqlDataSource database, string hub)
{
    /// <summary>Commits all or nothing.</summary>
    /// <param name="handOver">So many of the activities the turns schedule stay with this node, already claimed.</param>
    /// <param name="notify">Tell the other nodes that there is work.</param>
    /// <returns>The activities that stayed.</returns>
    /// <exception cref="NodeLostException">The node's lease was lost.</exception>
    /// <exception cref="StaleTurnException">One of the turns is void.</exception>
    public async Task<IReadOnlyList<ActivityWork>> CommitAsync(
        Guid node, DateTime at, IReadOnlyList<TurnResult> turns, IReadOnlyList<ActivityResult> results, int handOver, bool notify,
        CancellationToken stopping)
    {
        var writes = new TurnWrites(node, hub, handOver);
        foreach (var turn in turns) writes.Add(turn);
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Sql.Command("SELECT 1 FROM localhost.node WHERE id = $1 FOR KEY SHARE", node));
        if (results.Count > 0) batch.BatchCommands.Add(ActivityWrites.Complete(node, at, results));
        if (turns.Count > 0) writes.AddTo(batch);
        if (notify) batch.BatchCommands.Add(Notifications.Notify);
        var kept = new List<ActivityWork>();
        await using (var reader = await batch.ExecuteReaderAsync(stopping))
        {
            if (!await reader.ReadAsync(stopping)) throw new NodeLostException();
            // The only other statement that returns rows tells the keys of the activities this node keeps.
            while (await reader.NextResultAsync(stopping))
                while (await reader.ReadAsync(stopping))
                    if (!await reader.IsDBNullAsync(3, stopping))
                        kept.Add(writes.Kept(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2)));
        }
        if (turns.Count > 0 && !writes.AllApplied) throw new StaleTurnException();
        await transaction.CommitAsync(stopping);
        return kept;
    }
}

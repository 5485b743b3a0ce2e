using Npgsql;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The table an attempt merges into: one connection, its staging table, and the merge.</summary>
internal sealed class MergeTarget(NpgsqlConnection connection, MergeSql sql, StagingTable staging) : IAsyncDisposable
{
    /// <summary>The connection that holds the staging table; the commit runs on it.</summary>
    public NpgsqlConnection Connection => connection;

    /// <summary>Where rows are copied to.</summary>
    public StagingTable Staging => staging;

    /// <summary>Merges the staged rows within the caller's transaction.</summary>
    /// <exception cref="RowsRefusedException">The table refused rows. The caller rolls back.</exception>
    public async Task MergeAsync(long publicationId, CancellationToken stopping)
    {
        if (staging.Misfits.Count > 0) throw new RowsRefusedException(staging.Misfits);
        await connection.Command("SET LOCAL work_mem = '128MB'; SAVEPOINT merge").ExecuteAsync(stopping);
        try
        {
            await connection.LongCommand(sql.Merge, publicationId).ExecuteAsync(stopping);
            await connection.LongCommand("SET CONSTRAINTS ALL IMMEDIATE").ExecuteAsync(stopping);   // deferred rules name their rows here, not at COMMIT
            await connection.Command($"RELEASE SAVEPOINT merge; DROP TABLE {MergeSql.Staging}").ExecuteAsync(stopping);
        }
        catch (PostgresException error) when (PostgresErrors.RefusesRow(error))
        {
            await connection.Command("ROLLBACK TO SAVEPOINT merge").ExecuteAsync(stopping);
            var refused = await new RefusedRows(connection, sql, publicationId).FindAsync(stopping);
            if (refused.Count == 0) throw;
            throw new RowsRefusedException(refused);
        }
    }

    /// <summary>Closes the connection; a COPY or transaction that is open ends without effect.</summary>
    public ValueTask DisposeAsync()
    {
        staging.Dispose();
        return connection.DisposeAsync();
    }
}

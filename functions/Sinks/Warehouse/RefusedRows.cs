using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Finds the rows that the table refuses, by halving the batch under savepoints.</summary>
/// <remarks>Takes about log2(rows) small merges for each refused row. Everything is rolled back by the caller.</remarks>
internal sealed class RefusedRows(NpgsqlConnection connection, MergeSql sql, long publicationId)
{
    /// <summary>More refused rows than this in one batch are no longer bad rows: the table and the contract do not fit.</summary>
    public const int Limit = 1000;

    private readonly List<RefusedRow> found = [];

    /// <summary>Searches the whole staging table.</summary>
    /// <exception cref="TerminalException">More than <see cref="Limit"/> rows are refused.</exception>
    public async Task<IReadOnlyList<RefusedRow>> FindAsync(CancellationToken stopping)
    {
        await connection.LongCommand(sql.CreateWinners).ExecuteAsync(stopping);
        await connection.LongCommand(sql.IndexWinners).ExecuteAsync(stopping);
        var rows = (await connection.LongCommand($"SELECT count(*) FROM {MergeSql.Winners}").ListAsync(row => row.GetInt64(0), stopping))[0];
        await SearchAsync(1, rows + 1, stopping);
        return found;
    }

    // What merges stays merged while the search goes on: of two rows that exclude each other the first stays, as in key order.
    private async Task SearchAsync(long from, long to, CancellationToken stopping)
    {
        if (from >= to || await TryMergeAsync(from, to, stopping) is not { } error) return;
        if (to - from == 1)
        {
            await RefuseAsync(from, error, stopping);
            return;
        }
        var middle = from + (to - from) / 2;
        await SearchAsync(from, middle, stopping);
        await SearchAsync(middle, to, stopping);
    }

    private async Task<PostgresException?> TryMergeAsync(long from, long to, CancellationToken stopping)
    {
        await connection.Command("SAVEPOINT range").ExecuteAsync(stopping);
        try
        {
            await connection.LongCommand(sql.MergeWinners, publicationId, from, to).ExecuteAsync(stopping);
            await connection.LongCommand("SET CONSTRAINTS ALL IMMEDIATE").ExecuteAsync(stopping);
            await connection.Command("RELEASE SAVEPOINT range").ExecuteAsync(stopping);
            return null;
        }
        catch (PostgresException error) when (PostgresErrors.RefusesRow(error))
        {
            await connection.Command("ROLLBACK TO SAVEPOINT range; RELEASE SAVEPOINT range").ExecuteAsync(stopping);
            return error;
        }
    }

    private async Task RefuseAsync(long number, PostgresException error, CancellationToken stopping)
    {
        var reason = PostgresErrors.Reason(error);
        if (found.Count == Limit)
            throw new TerminalException(
                $"The table refuses more than {Limit} rows of publication {publicationId}, the first for {found[0].Reason}. "
                + "Nothing was committed. Change the table's rule or the contract, then plan the publication again.");
        found.Add((await connection.Command(
            $"SELECT \"{TableShape.Shard}\", \"{TableShape.Position}\" FROM {MergeSql.Winners} WHERE _number = $1", number)
            .ListAsync(row => new RefusedRow(row.GetString(0), row.GetInt64(1), reason), stopping))[0]);
    }
}

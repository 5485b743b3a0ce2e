using Npgsql;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Folds the changes of counts, which triggers write as rows of their own, into the totals, and forgets old hours of landing.</summary>
/// <remarks>
/// Deleting and adding are one statement, so that a reader of totals and changes counts each once. One sweep folds at a time; the other finds
/// the lock taken and leaves it at that.
/// </remarks>
internal sealed class FoldCounts(NpgsqlDataSource source, TimeProvider time)
{
    private const int PageRows = 50_000;

    // Volume is compared with the same hour of the weeks before.
    private static readonly TimeSpan HoursKept = TimeSpan.FromDays(70);

    /// <summary>Returns how many changes were folded.</summary>
    public async Task<long> RunAsync(CancellationToken stopping)
    {
        var folded = await FoldAsync("dataset", ["dataset"], ["records_landed", "rows_in", "rows_out", "rows_duplicate", "rows_rejected"], stopping)
            + await FoldAsync("day", ["dataset", "day"], ["objects", "rows", "bytes"], stopping)
            + await FoldAsync("cause", ["dataset", "code", "field"], ["records"], stopping);
        await source.ReadAsync("the sweep", connection => connection.Command(
            "DELETE FROM pipeline.landing_hour WHERE hour < $1", time.GetUtcNow() - HoursKept).ExecuteAsync(stopping), stopping);
        return folded;
    }

    private async Task<long> FoldAsync(string name, string[] key, string[] counts, CancellationToken stopping)
    {
        var statement = $"""
            WITH page AS (
                DELETE FROM pipeline.{name}_delta WHERE ctid = ANY(ARRAY(SELECT ctid FROM pipeline.{name}_delta LIMIT {PageRows})) RETURNING *),
            added AS (
                INSERT INTO pipeline.{name}_total AS held ({string.Join(", ", key)}, {string.Join(", ", counts)})
                SELECT {string.Join(", ", key)}, {string.Join(", ", counts.Select(count => $"sum({count})"))} FROM page
                GROUP BY {string.Join(", ", key)} ORDER BY {string.Join(", ", key)}
                ON CONFLICT ({string.Join(", ", key)}) DO UPDATE SET
                    {string.Join(", ", counts.Select(count => $"{count} = held.{count} + excluded.{count}"))})
            SELECT count(*) FROM page
            """;
        for (var total = 0L; ;)
        {
            var folded = await source.TransactAsync("folding counts", async connection =>
            {
                // The key is "counts" in ASCII.
                var isMine = await connection.Command("SELECT pg_try_advisory_xact_lock(109330362692723)").ListAsync(row => row.GetBoolean(0), stopping);
                return isMine[0] ? (await connection.Command(statement).ListAsync(row => row.GetInt64(0), stopping))[0] : 0;
            }, stopping);
            total += folded;
            if (folded < PageRows) return total;
        }
    }
}

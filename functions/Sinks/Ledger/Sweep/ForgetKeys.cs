using Npgsql;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Deletes the dedupe keys that no row can be a duplicate of any more: those that the dataset's watermark has left behind by its
/// window and a day, counted from when they were published.</summary>
/// <remarks>Looks once for each day of the watermark. None is deleted while an object of the dataset may have to be made again, or a
/// replay waits that asks for them.</remarks>
internal sealed class ForgetKeys(NpgsqlDataSource source)
{
    private const int PageKeys = 50_000;
    private const long MicrosPerDay = 86_400_000_000;

    /// <summary>Returns how many keys were deleted.</summary>
    public async Task<long> RunAsync(CancellationToken stopping)
    {
        var due = await source.ReadAsync("the sweep", connection => connection.Command(
            """
            SELECT id, (watermark_micros / $1)::integer FROM pipeline.dedupe
            WHERE watermark_micros / $1 > coalesce(forgotten_day, -2147483648) AND NOT EXISTS (
                SELECT FROM pipeline.publication WHERE publication.dataset = dedupe.dataset AND state = 'committed')
                AND NOT EXISTS (
                SELECT FROM pipeline.publication WHERE publication.dataset = dedupe.dataset AND state = 'planned' AND replays IS NOT NULL)
            """, MicrosPerDay).ListAsync(row => (Id: row.GetInt16(0), Day: row.GetInt32(1)), stopping), stopping);
        var forgotten = 0L;
        foreach (var (id, day) in due) forgotten += await ForgetAsync(id, day, stopping);
        return forgotten;
    }

    private async Task<long> ForgetAsync(short id, int day, CancellationToken stopping)
    {
        for (var total = 0L; ;)
        {
            var deleted = await source.ReadAsync("the sweep", connection => connection.Command(
                """
                DELETE FROM pipeline.dedupe_key WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM pipeline.dedupe_key WHERE dataset = $1 AND forget_day < $2 LIMIT $3))
                """, id, day, PageKeys).ExecuteAsync(stopping), stopping);
            total += deleted;
            if (deleted == PageKeys) continue;
            await source.ReadAsync("the sweep", connection => connection.Command(
                "UPDATE pipeline.dedupe SET forgotten_day = $2 WHERE id = $1", id, day).ExecuteAsync(stopping), stopping);
            return total;
        }
    }
}

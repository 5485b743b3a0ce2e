using Npgsql;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Deletes what tries at dropped files had written that did not land: objects of a file that no segment of it names.</summary>
/// <remarks>Each file is listed once, some time after it landed or was given up, so the cost does not grow with history.</remarks>
internal sealed class DeleteLostFileTries(NpgsqlDataSource source, IObjectStore segments, TimeProvider time)
{
    private const int PageFiles = 200;

    // Another worker may still be writing a try of its own; once this has passed nobody does.
    private static readonly TimeSpan WritersTime = TimeSpan.FromHours(1);

    /// <summary>Returns how many objects were deleted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var (deleted, endedBefore) = (0, time.GetUtcNow() - WritersTime);
        while (await UnsweptAsync(endedBefore, stopping) is { Count: > 0 } page)
        {
            foreach (var file in page) deleted += await DeleteAsync(file, stopping);
            await MarkAsync(page, stopping);
        }
        return deleted;
    }

    private Task<List<DroppedFile>> UnsweptAsync(DateTimeOffset endedBefore, CancellationToken stopping) =>
        source.ReadAsync("the sweep", connection => connection.Command(
            """
            SELECT dataset, shard, number, key, etag, bytes FROM pipeline.dropped_file WHERE NOT swept AND ended_at < $1
            ORDER BY ended_at LIMIT $2
            """, endedBefore, PageFiles).ListAsync(row => new DroppedFile(
                row.GetString(0), ShardText.Parse(row.GetString(1)), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetInt64(5)),
                stopping), stopping);

    private async Task<int> DeleteAsync(DroppedFile file, CancellationToken stopping)
    {
        // What a file landed is fixed, so what is not among it now never will be.
        var landed = (await source.ReadAsync("the sweep", connection => connection.Command(
            """
            SELECT object_key FROM pipeline.segment
            WHERE dataset = $1 AND shard = $2 AND positions && int8range($3, $4)
            """, file.Dataset, file.Shard.ToString(), file.PositionOf(0), file.PositionOf(DroppedFile.MaxLength - 1))
            .ListAsync(row => row.GetString(0), stopping), stopping)).ToHashSet(StringComparer.Ordinal);
        var deleted = 0;
        await foreach (var written in segments.ListAsync(file.KeyPrefix, null, stopping))
        {
            if (landed.Contains(written.Key)) continue;
            await segments.DeleteAsync(written.Key, stopping);
            deleted++;
        }
        return deleted;
    }

    // Of a file that is gone nothing is left to be remembered.
    private Task<int> MarkAsync(List<DroppedFile> files, CancellationToken stopping) => source.ReadAsync("a sweep's marks", async connection =>
    {
        var (datasets, numbers) = (files.Select(file => file.Dataset).ToArray(), files.Select(file => file.Number).ToArray());
        await connection.Command(
            """
            DELETE FROM pipeline.dropped_file AS file USING unnest($1::text[], $2::bigint[]) AS done (dataset, number)
            WHERE file.dataset = done.dataset AND file.number = done.number AND state = 'gone'
            """, datasets, numbers).ExecuteAsync(stopping);
        return await connection.Command(
            """
            UPDATE pipeline.dropped_file AS file SET swept = true FROM unnest($1::text[], $2::bigint[]) AS done (dataset, number)
            WHERE file.dataset = done.dataset AND file.number = done.number
            """, datasets, numbers).ExecuteAsync(stopping);
    }, stopping);
}

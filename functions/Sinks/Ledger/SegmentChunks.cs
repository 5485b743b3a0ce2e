using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Landed segments that become one publication.</summary>
internal sealed record SegmentChunk(List<long> SegmentIds, long RawBytes);

/// <summary>A segment that can be planned.</summary>
/// <param name="ExtractionId">Null for sources that have no extractions.</param>
internal readonly record struct OpenSegment(long Id, long RawBytes, long? ExtractionId);

/// <summary>Takes landed segments, oldest first, in chunks bounded by bytes.</summary>
internal static class SegmentChunks
{
    private const int PageSegments = 500;

    /// <summary>Locks and chunks segments.</summary>
    /// <param name="maxRawBytes">Bytes of a chunk at most; a larger segment or extraction is a chunk of its own.</param>
    /// <remarks>
    /// Planners of one dataset queue at the oldest segment instead of passing each other: the segments of one extraction land together, and
    /// together they are planned.
    /// </remarks>
    public static async Task<IReadOnlyList<SegmentChunk>> TakeAsync(
        NpgsqlConnection connection, string dataset, long maxRawBytes, int maxChunks, CancellationToken stopping)
    {
        var chunks = new SegmentChunking(maxRawBytes, maxChunks);
        if (maxChunks > 0) await TakeAsync(connection, dataset, chunks, stopping);
        var more = await connection.Command(
            """
            SELECT id, raw_bytes, extraction_id FROM pipeline.segment
            WHERE dataset = $1 AND state = 'landed' AND extraction_id = ANY($2) AND id <> ALL($3) ORDER BY id FOR UPDATE
            """, dataset, chunks.Extractions.ToArray(), chunks.Chunks.SelectMany(chunk => chunk.SegmentIds).ToArray())
            .ListAsync(Read, stopping);
        foreach (var segment in more) chunks.Add(segment);
        return chunks.Chunks;
    }

    private static async Task TakeAsync(NpgsqlConnection connection, string dataset, SegmentChunking chunks, CancellationToken stopping)
    {
        for (var after = 0L; ;)
        {
            var page = await connection.Command(
                """
                SELECT id, raw_bytes, extraction_id FROM pipeline.segment WHERE dataset = $1 AND state = 'landed' AND id > $2
                ORDER BY id LIMIT $3 FOR UPDATE
                """, dataset, after, PageSegments).ListAsync(Read, stopping);
            foreach (var segment in page)
                if (!chunks.Add(segment)) return;
            if (page.Count < PageSegments) return;
            after = page[^1].Id;
        }
    }

    /// <summary>Reads id, raw bytes and extraction.</summary>
    public static OpenSegment Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.Nullable<long>(2));
}

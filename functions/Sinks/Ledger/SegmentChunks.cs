using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Landed segments that become one publication.</summary>
internal sealed record SegmentChunk(List<long> SegmentIds, long RawBytes);

/// <summary>Takes landed segments, oldest first, in chunks bounded by bytes.</summary>
internal static class SegmentChunks
{
    private const int PageSegments = 500;

    /// <summary>Locks and chunks segments; those another planner holds at this moment are its own.</summary>
    /// <param name="maxRawBytes">Bytes of a chunk at most; a larger segment is a chunk of its own.</param>
    public static async Task<IReadOnlyList<SegmentChunk>> TakeAsync(
        NpgsqlConnection connection, string dataset, long maxRawBytes, int maxChunks, CancellationToken stopping)
    {
        var chunks = new List<SegmentChunk>();
        var after = 0L;
        while (maxChunks > 0)
        {
            var page = await connection.Command(
                """
                SELECT id, raw_bytes FROM pipeline.segment WHERE dataset = $1 AND state = 'landed' AND id > $2
                ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
                """, dataset, after, PageSegments).ListAsync(row => (Id: row.GetInt64(0), RawBytes: row.GetInt64(1)), stopping);
            foreach (var segment in page)
            {
                if (chunks.Count == 0 || chunks[^1].RawBytes + segment.RawBytes > maxRawBytes)
                {
                    if (chunks.Count == maxChunks) return chunks;
                    chunks.Add(new([], 0));
                }
                chunks[^1].SegmentIds.Add(segment.Id);
                chunks[^1] = chunks[^1] with { RawBytes = chunks[^1].RawBytes + segment.RawBytes };
            }
            if (page.Count < PageSegments) return chunks;
            after = page[^1].Id;
        }
        return chunks;
    }
}

using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Finds the segments that a replay reads.</summary>
internal static class ReplaySegments
{
    /// <summary>Raw bytes of one publication of a replay, unless one extraction alone has more.</summary>
    public const long MaxRawBytes = 256L << 20;

    /// <summary>The segments of the newest extraction of every slice in a range of days; all of an extraction in one chunk.</summary>
    /// <remarks>What is landed or planned is left out: it is published under the present contract anyway.</remarks>
    public static async Task<IReadOnlyList<SegmentChunk>> FindAsync(
        NpgsqlConnection connection, string dataset, string? account, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        var found = await connection.Command(
            """
            SELECT segment.id, segment.raw_bytes, segment.extraction_id FROM pipeline.segment
            WHERE dataset = $1 AND state IN ('published', 'withheld') AND extraction_id IN (
                SELECT extraction_id FROM pipeline.slice
                WHERE dataset = $1 AND ($2::text IS NULL OR account = $2) AND day BETWEEN $3 AND $4)
            ORDER BY segment.extraction_id, segment.id
            """, dataset, account, from, to).ListAsync(SegmentChunks.Read, stopping);
        var chunks = new SegmentChunking(MaxRawBytes, int.MaxValue);
        foreach (var segment in found) chunks.Add(segment);
        return chunks.Chunks;
    }
}

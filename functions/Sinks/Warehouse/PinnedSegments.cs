using Npgsql;
using NpgsqlTypes;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The segments a publication was planned with.</summary>
internal static class PinnedSegments
{
    /// <summary>Reads them in ledger order; an extraction without any answer has no object to read.</summary>
    public static async Task<IReadOnlyList<LandedSegment>> ReadAsync(NpgsqlConnection connection, long publicationId, CancellationToken stopping) =>
        await connection.Command(
            """
            SELECT id, dataset, shard, positions, object_key, records, raw_bytes, trace
            FROM pipeline.publication_segment JOIN pipeline.segment ON segment.id = segment_id
            WHERE publication_segment.publication_id = $1 AND object_key <> '' ORDER BY id
            """, publicationId).ListAsync(row =>
            {
                var positions = row.GetFieldValue<NpgsqlRange<long>>(3);
                return new LandedSegment(
                    row.GetInt64(0), row.GetString(1), ShardText.Parse(row.GetString(2)), new(positions.LowerBound, positions.UpperBound),
                    row.GetString(4), row.GetInt32(5), row.GetInt64(6))
                {
                    Trace = row.Text(7),
                };
            }, stopping);
}

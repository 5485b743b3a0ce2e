using Npgsql;
using Pipeline.Domain.Slices;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Sinks.Ledger;

/// <summary>The statements that land an extraction.</summary>
internal static class SliceStatements
{
    /// <summary>Inserts a segment for each part and dataset, marks the days landed and the extraction with them.</summary>
    /// <remarks>
    /// An extraction without any answer still has a segment, without an object: its days are empty, and publishing must see that.
    /// Slices are written in the order of their key, as publications lock them.
    /// </remarks>
    public static async Task LandAsync(
        NpgsqlConnection connection, Extraction extraction, IReadOnlyList<ExtractedPart> parts, string? suspect, DateTimeOffset now,
        CancellationToken stopping)
    {
        IReadOnlyList<ExtractedPart> landed = parts.Count > 0 ? parts : [new(0, "", 0, 0, 0)];
        var positions = landed.Select(part => extraction.PositionsOf(part.Part, Math.Max(1, part.Pages))).ToList();
        await connection.Command(
            """
            INSERT INTO pipeline.segment (
                dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at, extraction_id, trace)
            SELECT dataset, $2, int8range(first, next), 0, object_key, pages, raw_bytes, object_bytes,
                CASE WHEN $9::text IS NULL THEN 'landed' ELSE 'withheld' END, $10, $1, $11::text
            FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::integer[], $7::bigint[], $8::bigint[])
                AS part (first, next, object_key, pages, raw_bytes, object_bytes),
                (SELECT unnest(datasets) AS dataset FROM pipeline.extraction WHERE id = $1) AS fed
            """,
            extraction.Id, extraction.Shard.ToString(), Each(positions, range => range.First), Each(positions, range => range.Next),
            Each(landed, part => part.ObjectKey), Each(landed, part => part.Pages),
            Each(landed, part => part.RawBytes), Each(landed, part => part.ObjectBytes), suspect, now, Spans.Context).ExecuteAsync(stopping);
        await connection.Command(
            """
            INSERT INTO pipeline.slice AS known (dataset, source, account, stream, day, extraction_id, state, reason)
            SELECT dataset, source, account, stream, day_from + number, id, CASE WHEN $2::text IS NULL THEN 'landed' ELSE 'withheld' END, $2
            FROM pipeline.extraction, unnest(datasets) AS dataset, generate_series(0, day_to - day_from) AS number
            WHERE id = $1 ORDER BY dataset, source, account, stream, number
            ON CONFLICT (dataset, source, account, stream, day) DO UPDATE SET
                extraction_id = excluded.extraction_id, state = excluded.state, reason = excluded.reason
            WHERE known.extraction_id < excluded.extraction_id
            """, extraction.Id, suspect).ExecuteAsync(stopping);
        await connection.Command(
            "UPDATE pipeline.extraction SET state = 'landed', suspect = $2, ended_at = $3 WHERE id = $1", extraction.Id, suspect, now)
            .ExecuteAsync(stopping);
        await connection.Command(
            """
            INSERT INTO pipeline.sweep (dataset, swept_at) SELECT unnest(datasets), $2 FROM pipeline.extraction WHERE id = $1
            ON CONFLICT DO NOTHING
            """, extraction.Id, now).ExecuteAsync(stopping);
    }

    private static T[] Each<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> value) => [.. items.Select(value)];
}

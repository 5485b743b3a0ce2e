using Npgsql;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Sinks.Ledger;

/// <summary>A dropped file's row that is not landed.</summary>
internal readonly record struct SeenFile(long Number, string Key, string ETag, long Bytes, bool SeenBefore);

/// <summary>The statements that number and land dropped files.</summary>
internal static class FileStatements
{
    /// <summary>Notes a page of a listing and returns its files that wait, by number.</summary>
    /// <remarks>Scans of one dataset follow each other here, so that no number is given twice.</remarks>
    public static async Task<List<SeenFile>> SeeAsync(
        NpgsqlConnection connection, string dataset, Shard shard, IReadOnlyList<StoredObject> listed, DateTimeOffset listedAt,
        CancellationToken stopping)
    {
        await connection.Command("SELECT pg_advisory_xact_lock(hashtextextended('pipeline.dropped_file ' || $1, 0))", dataset)
            .ExecuteAsync(stopping);
        var (keys, etags, bytes) = (Each(listed, each => each.Key), Each(listed, each => each.ETag), Each(listed, each => each.Bytes));
        var waiting = await connection.Command(
            """
            UPDATE pipeline.dropped_file AS file SET seen_at = greatest(seen_at, $5) FROM unnest($2::text[], $3::text[], $4::bigint[])
                AS listed (key, etag, bytes)
            WHERE file.dataset = $1 AND file.key = listed.key AND file.etag = listed.etag AND state = 'seen'
            RETURNING number, file.key, file.etag, file.bytes, true
            """, dataset, keys, etags, bytes, listedAt).ListAsync(Read, stopping);
        waiting.AddRange(await connection.Command(
            """
            INSERT INTO pipeline.dropped_file (dataset, shard, key, etag, bytes, number, state, seen_at)
            SELECT $1, $6, key, etag, bytes, (SELECT coalesce(max(number), 0) FROM pipeline.dropped_file WHERE dataset = $1)
                + row_number() OVER (ORDER BY key), 'seen', $5
            FROM unnest($2::text[], $3::text[], $4::bigint[]) AS listed (key, etag, bytes)
            WHERE NOT EXISTS (SELECT FROM pipeline.dropped_file AS file
                WHERE file.dataset = $1 AND file.key = listed.key AND file.etag = listed.etag AND state <> 'gone')
            RETURNING number, key, etag, bytes, false
            """, dataset, keys, etags, bytes, listedAt, shard.ToString()).ListAsync(Read, stopping));
        waiting.Sort((a, b) => a.Number.CompareTo(b.Number));
        return waiting;
    }

    /// <summary>Inserts the segments and marks the file landed.</summary>
    public static async Task LandAsync(
        NpgsqlConnection connection, DroppedFile file, IReadOnlyList<SegmentDraft> segments, DateTimeOffset now, CancellationToken stopping)
    {
        await connection.Command(
            """
            INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at, trace)
            SELECT $1, $2, int8range(first, next), 0, object_key, records, raw_bytes, object_bytes, 'landed', $9, $10::text
            FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::integer[], $7::bigint[], $8::bigint[])
                AS part (first, next, object_key, records, raw_bytes, object_bytes) ORDER BY first
            """,
            file.Dataset, file.Shard.ToString(), Each(segments, each => each.Positions.First), Each(segments, each => each.Positions.Next),
            Each(segments, each => each.ObjectKey), Each(segments, each => each.Records), Each(segments, each => each.RawBytes),
            Each(segments, each => each.ObjectBytes), now, Spans.Context).ExecuteAsync(stopping);
        await connection.Command(
            """
            UPDATE pipeline.dropped_file SET state = 'landed', reason = NULL, ended_at = $3, pieces = $4, raw_bytes = $5
            WHERE dataset = $1 AND number = $2
            """, file.Dataset, file.Number, now, segments.Sum(each => (long)each.Records), segments.Sum(each => each.RawBytes))
            .ExecuteAsync(stopping);
        await connection.Command(
            "INSERT INTO pipeline.sweep (dataset, swept_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", file.Dataset, now)
            .ExecuteAsync(stopping);
    }

    private static SeenFile Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetBoolean(4));

    private static T[] Each<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> value) => [.. items.Select(value)];
}

using Npgsql;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Sinks.Ledger;

/// <summary>The statements of one landing transaction.</summary>
internal static class LandingStatements
{
    /// <summary>Locks the runs' cursors, in lock order, and reads them.</summary>
    public static Task<List<HeldCursor>> LockAsync(NpgsqlConnection connection, IReadOnlyList<SegmentRun> runs, CancellationToken stopping) =>
        connection.Command(
            """
            SELECT dataset, stream, generation, next_position, epoch, stopped_reason IS NOT NULL FROM pipeline.source_cursor
            WHERE (dataset, stream) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY dataset, stream FOR UPDATE
            """, runs.Select(run => run.Dataset).ToArray(), runs.Select(run => run.Shard.Stream).ToArray())
            .ListAsync(row => new HeldCursor(
                row.GetString(0), new(row.GetString(1), row.GetInt32(2)), row.Nullable<long>(3), row.GetInt64(4), row.GetBoolean(5)), stopping);

    /// <summary>Moves the cursors and inserts the segments.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<SegmentRun> runs, DateTimeOffset now, CancellationToken stopping)
    {
        await connection.Command(
            """
            UPDATE pipeline.source_cursor AS held SET next_position = run.next, last_timestamp_ms = run.stamp, landed_at = $5
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS run (dataset, stream, next, stamp)
            WHERE held.dataset = run.dataset AND held.stream = run.stream
            """,
            runs.Select(run => run.Dataset).ToArray(), runs.Select(run => run.Shard.Stream).ToArray(),
            runs.Select(run => run.Positions.Next).ToArray(), runs.Select(run => run.Drafts[^1].LastTimestampMs).ToArray(), now).ExecuteAsync(stopping);

        var drafts = runs.SelectMany(run => run.Drafts).ToList();
        await connection.Command(
            """
            INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at, trace)
            SELECT dataset, shard, int8range(first, next), epoch, object_key, records, raw_bytes, object_bytes,
                CASE object_key WHEN '' THEN 'void' ELSE 'landed' END, $10, $11::text
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::bigint[], $9::bigint[])
                AS draft (dataset, shard, first, next, epoch, object_key, records, raw_bytes, object_bytes)
            """,
            Each(drafts, draft => draft.Dataset), Each(drafts, draft => draft.Shard.ToString()), Each(drafts, draft => draft.Positions.First),
            Each(drafts, draft => draft.Positions.Next), Each(drafts, draft => draft.Epoch), Each(drafts, draft => draft.ObjectKey),
            Each(drafts, draft => draft.Records), Each(drafts, draft => draft.RawBytes), Each(drafts, draft => draft.ObjectBytes), now,
            Spans.Context).ExecuteAsync(stopping);

        foreach (var lost in drafts.Where(draft => draft.IsVoid))
            await Alerts.RaiseAsync(connection, LandingAlerts.Void(lost), now, stopping);
    }

    /// <summary>After a lost answer to COMMIT: waits for the interrupted transaction and says whether its segments are there.</summary>
    public static async Task<bool> LandedAsync(NpgsqlConnection connection, IReadOnlyList<SegmentRun> runs, CancellationToken stopping)
    {
        await LockAsync(connection, runs, stopping);
        var drafts = runs.SelectMany(run => run.Drafts).ToList();
        var landed = await connection.Command(
            """
            SELECT segment.id FROM pipeline.segment
            JOIN unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS draft (dataset, shard, first, next, epoch)
            ON segment.dataset = draft.dataset AND segment.shard = draft.shard AND segment.positions && int8range(draft.first, draft.next)
            WHERE segment.positions = int8range(draft.first, draft.next) AND segment.epoch = draft.epoch
            """,
            Each(drafts, draft => draft.Dataset), Each(drafts, draft => draft.Shard.ToString()), Each(drafts, draft => draft.Positions.First),
            Each(drafts, draft => draft.Positions.Next), Each(drafts, draft => draft.Epoch)).ListAsync(row => row.GetInt64(0), stopping);
        return landed.Count == drafts.Count;
    }

    private static T[] Each<T>(List<SegmentDraft> drafts, Func<SegmentDraft, T> value) => [.. drafts.Select(value)];
}

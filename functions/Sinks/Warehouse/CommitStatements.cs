using Npgsql;
using NpgsqlTypes;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The ledger's statements of one publication's commit.</summary>
internal static class CommitStatements
{
    /// <summary>Locks the publication and says how this attempt ended; null while it is still the one to commit.</summary>
    public static async Task<CommitOutcome?> LockAsync(NpgsqlConnection connection, PublicationAttempt attempt, CancellationToken stopping)
    {
        var held = await connection.LongCommand("SELECT state, attempt FROM pipeline.publication WHERE id = $1 FOR UPDATE", attempt.Plan.Id)
            .ListAsync(row => (State: row.GetString(0), Attempt: row.GetInt32(1)), stopping);
        return held switch
        {
            [("planned", var number)] when number == attempt.Number => null,
            [("committed" or "visible" or "superseded", var number)] when number == attempt.Number => CommitOutcome.Committed,
            _ => CommitOutcome.Fenced,
        };
    }

    /// <summary>Inserts objects and rejections, sets the segments published and the publication committed.</summary>
    public static async Task RecordAsync(
        NpgsqlConnection connection, PublicationAttempt attempt, PublicationResult result, SliceCommit? slices, DateTimeOffset now,
        CancellationToken stopping)
    {
        await InsertObjectsAsync(connection, attempt, result.Objects, slices, stopping);
        await InsertRejectionsAsync(connection, attempt, result.Rejections, now, stopping);
        await connection.Command(
            "UPDATE pipeline.segment SET state = 'published' WHERE id = ANY($1)", attempt.Segments.Select(segment => segment.Id).ToArray()).ExecuteAsync(stopping);
        await using var commit = connection.Command(
            """
            UPDATE pipeline.publication SET state = $2, rows_in = $3, rows_out = $4, rows_duplicate = $5, rows_rejected = $6,
                min_event_time = $7, max_event_time = $8, committed_at = $9, visible_at = CASE $2 WHEN 'visible' THEN $9 END,
                unknown_fields = (SELECT jsonb_object_agg(path, records) FROM unnest($10::text[], $11::bigint[]) AS field (path, records))
            WHERE id = $1
            """, attempt.Plan.Id, result.Objects.Count == 0 ? "visible" : "committed",
            result.Counts.In, result.Counts.Out, result.Counts.Duplicates, result.Counts.Rejected);
        commit.Parameters.Add(Time(result.MinEventTime));
        commit.Parameters.Add(Time(result.MaxEventTime));
        commit.Parameters.Add(Time(now));
        commit.Parameters.Add(new() { Value = result.UnknownFields.Keys.ToArray() });
        commit.Parameters.Add(new() { Value = result.UnknownFields.Values.ToArray() });
        await commit.ExecuteNonQueryAsync(stopping);
        await PublicationLedger.ResolveWaitingAsync(connection, attempt.Plan.Dataset, attempt.Plan.Id, now, stopping);
    }

    private static Task InsertObjectsAsync(
        NpgsqlConnection connection, PublicationAttempt attempt, IReadOnlyList<PublishedObject> objects, SliceCommit? slices,
        CancellationToken stopping) => connection.Command(
        """
        INSERT INTO pipeline.lake_object (
            publication_id, dataset, role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, slice_folder, slice_source, state)
        SELECT $1, $2, role, key, date_partition, rows, bytes, sha256, upload_id, string_to_array(part_tags, ' '), slice_folder, slice_source, 'staged'
        FROM unnest($3::text[], $4::text[], $5::date[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
            AS made (role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, slice_folder, slice_source)
        """,
        attempt.Plan.Id, attempt.Plan.Dataset, Each(objects, made => made.Role == ObjectRole.Data ? "data" : "quarantine"),
        Each(objects, made => made.Staged.Key), Each(objects, made => made.DatePartition), Each(objects, made => made.Rows),
        Each(objects, made => made.Staged.Bytes), Each(objects, made => made.Staged.Sha256), Each(objects, made => made.Staged.UploadId),
        Each(objects, made => string.Join(' ', made.Staged.PartTags)),   // an ETag holds no space
        Each(objects, made => slices?.SliceOf(made)?.Folder), Each(objects, made => slices?.SliceOf(made)?.Source)).ExecuteAsync(stopping);

    private static Task InsertRejectionsAsync(
        NpgsqlConnection connection, PublicationAttempt attempt, IReadOnlyList<RejectionCount> rejections, DateTimeOffset now,
        CancellationToken stopping) => connection.Command(
        """
        INSERT INTO pipeline.rejection (publication_id, code, field, records, first_shard, first_position, dataset, refused_at, state)
        SELECT $1, cause.*, $7, $8, CASE WHEN code = $9 THEN 'unwanted' ELSE 'open' END
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) AS cause (code, field, records, first_shard, first_position)
        """,
        attempt.Plan.Id, Each(rejections, count => count.Code.Text()), Each(rejections, count => count.Field),
        Each(rejections, count => count.Records), Each(rejections, count => count.FirstShard.ToString()),
        Each(rejections, count => count.FirstPosition), attempt.Plan.Dataset, now, RejectionCode.Filtered.Text()).ExecuteAsync(stopping);

    private static T[] Each<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> value) => [.. items.Select(value)];

    private static NpgsqlParameter Time(DateTimeOffset? instant) =>
        new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = instant?.ToUniversalTime() ?? (object)DBNull.Value };
}

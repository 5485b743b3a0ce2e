using Npgsql;
using Pipeline.Domain.Attribution;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger;

/// <summary>What attribution reads, has seen and has landed, in PostgreSQL.</summary>
/// <remarks>The bucket is the second folder of an object's key: <c>clicks/event_date=2026-10-01/user_bucket=3/…</c>.</remarks>
public sealed class AttributionLedger(NpgsqlDataSource source, TimeProvider time) : IAttributionLedger
{
    // Visible as a whole; what is superseded stands until its successor is, so that no row is ever missing or there twice.
    private const string Standing =
        """
        FROM pipeline.lake_object AS object JOIN pipeline.publication ON publication.id = object.publication_id
        WHERE object.dataset = $1 AND object.role = 'data' AND object.removed_at IS NULL AND object.date_partition BETWEEN $2 AND $3
            AND publication.state IN ('visible', 'superseded')
            AND (object.state = 'visible' OR object.state = 'superseded' AND EXISTS (
                SELECT FROM pipeline.publication AS successor WHERE successor.id = object.superseded_by AND successor.state = 'committed'))
        """;

    /// <inheritdoc/>
    public async Task<AttributionChanges> ChangesAsync(int limit, CancellationToken stopping) =>
        await source.ReadAsync("reading what attribution has not seen", async connection =>
        {
            var unseen = (await connection.Command(
                """
                SELECT id FROM pipeline.publication
                WHERE attributed_at IS NULL AND dataset IN ('ad_impressions', 'clicks', 'conversions')
                    AND state IN ('visible', 'superseded')
                ORDER BY id LIMIT $1
                """, limit).ListAsync(row => row.GetInt64(0), stopping)).ToArray();
            var days = await connection.Command(
                """
                SELECT DISTINCT dataset, split_part(key, '/', 3), date_partition FROM pipeline.lake_object
                WHERE role = 'data' AND date_partition IS NOT NULL AND (publication_id = ANY($1) OR superseded_by = ANY($1))
                """, unseen).ListAsync(row => (
                    Dataset: row.GetString(0), Bucket: AttributionNames.BucketOf(row.GetString(1)), Day: row.GetFieldValue<DateOnly>(2)),
                    stopping);
            var changed = days.Where(each => each.Bucket is not null)
                .ToLookup(each => each.Dataset == AttributionNames.Conversions, each => new BucketDay(each.Bucket!.Value, each.Day));
            return new AttributionChanges(unseen, [.. changed[true].Distinct()], [.. changed[false].Distinct()]);
        }, stopping);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BucketDay>> DaysAsync(string dataset, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        var days = await source.ReadAsync($"reading the days of {dataset}", connection => connection.Command(
            $"SELECT DISTINCT split_part(object.key, '/', 3), object.date_partition {Standing}", dataset, from, to)
            .ListAsync(row => (Bucket: AttributionNames.BucketOf(row.GetString(0)), Day: row.GetFieldValue<DateOnly>(1)), stopping),
            stopping);
        return
        [
            .. days.Where(each => each.Bucket is not null).Select(each => new BucketDay(each.Bucket!.Value, each.Day))
                .OrderBy(each => each.Bucket).ThenBy(each => each.Day),
        ];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LakeObject>> ObjectsAsync(
        string dataset, int bucket, DateOnly from, DateOnly to, CancellationToken stopping) =>
        await source.ReadAsync($"reading the objects of {dataset}", connection => connection.Command(
            $"SELECT object.key, object.date_partition, object.rows {Standing} AND split_part(object.key, '/', 3) = $4 ORDER BY object.key",
            dataset, from, to, AttributionNames.FolderOf(bucket))
            .ListAsync(row => new LakeObject(row.GetString(0), row.GetFieldValue<DateOnly>(1), row.GetInt64(2)), stopping), stopping);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AttributionResult>> ResultsAsync(int? bucket, DateOnly from, DateOnly to, CancellationToken stopping) =>
        await source.ReadAsync("reading what attribution landed", connection => connection.Command(
            """
            SELECT bucket, day, fingerprint, revision, extraction_id FROM pipeline.attribution_result
            WHERE ($1::integer IS NULL OR bucket = $1) AND day BETWEEN $2 AND $3 ORDER BY bucket, day
            """, bucket, from, to).ListAsync(row => new AttributionResult(
                new(row.GetInt32(0), row.GetFieldValue<DateOnly>(1)), row.GetString(2), row.GetInt32(3), row.GetInt64(4)), stopping),
            stopping);

    /// <inheritdoc/>
    public Task RecordAsync(AttributionResult result, CancellationToken stopping) =>
        source.TransactAsync($"noting the attribution of {result.Day}", connection => connection.Command(
            """
            INSERT INTO pipeline.attribution_result AS known (bucket, day, fingerprint, revision, extraction_id) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (bucket, day) DO UPDATE SET
                fingerprint = excluded.fingerprint, revision = excluded.revision, extraction_id = excluded.extraction_id
            WHERE known.extraction_id < excluded.extraction_id
            """, result.Day.Bucket, result.Day.Day, result.Fingerprint, result.Revision, result.ExtractionId).ExecuteAsync(stopping),
            stopping);

    /// <inheritdoc/>
    public Task DropAsync(IReadOnlyCollection<long> extractionIds, CancellationToken stopping) =>
        source.TransactAsync("dropping extractions that brought nothing new", connection => connection.Command(
            "DELETE FROM pipeline.extraction WHERE id = ANY($1) AND state = 'open'", extractionIds.ToArray()).ExecuteAsync(stopping),
            stopping);

    /// <inheritdoc/>
    public Task MarkSeenAsync(IReadOnlyCollection<long> publications, CancellationToken stopping) =>
        source.TransactAsync("marking publications as attributed", connection => connection.Command(
            "UPDATE pipeline.publication SET attributed_at = $2 WHERE id = ANY($1) AND attributed_at IS NULL",
            publications.ToArray(), time.GetUtcNow()).ExecuteAsync(stopping), stopping);
}

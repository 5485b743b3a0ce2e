using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads the roll-ups of quality from PostgreSQL, in one round trip.</summary>
public sealed class QualityReader(NpgsqlDataSource source) : IQualityFacts
{
    private static readonly TimeSpan
        Landed = TimeSpan.FromDays(49), LandedHours = TimeSpan.FromDays(28), Hours = TimeSpan.FromDays(8);

    private const int SliceDays = 35;

    /// <inheritdoc/>
    public Task<QualityFacts> ReadAsync(DatasetContract contract, DateTimeOffset at, CancellationToken stopping) => source.ReadAsync(
        $"reading the facts of {contract.Dataset}", async connection =>
        {
            var isOfRecords = contract.Source.Kind.AreRecords();
            var others = contract.Quality.Agreements.Select(each => each.WithDataset).OfType<string>().Distinct().ToArray();
            await using var batch = new NpgsqlBatch(connection);
            AddHours(batch, contract.Dataset, at - Hours, at);
            AddOpen(batch, contract.Dataset);
            AddEnded(batch, contract.Dataset, at - QualityFacts.Kept);
            if (isOfRecords) AddFlow(batch, contract.Dataset, at);
            else AddSlices(batch, contract.Dataset, others, at);
            await using var reader = await batch.ExecuteReaderAsync(stopping);
            var facts = await ReadHoursAsync(reader, at, stopping) with
            {
                Open = await reader.NextAsync(Known, stopping), Ended = await reader.NextAsync(Known, stopping),
            };
            if (!isOfRecords)
                return facts with
                {
                    Slices = await reader.NextAsync(row => new SliceDay(
                        SeriesOf(row), row.GetFieldValue<DateOnly>(3), row.GetInt64(4), row.GetFieldValue<DateTimeOffset>(5)), stopping),
                    SliceColumns = await reader.NextAsync(row => new SliceColumn(
                        SeriesOf(row), row.GetFieldValue<DateOnly>(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7),
                        row.GetDouble(8)), stopping),
                    EventDays = (await reader.NextAsync(
                        row => (Key: (row.GetString(0), row.GetFieldValue<DateOnly>(1)), Rows: row.GetInt64(2)), stopping))
                        .ToDictionary(each => each.Key, each => each.Rows),
                };
            var landed = await reader.NextAsync(
                row => (Hour: row.GetFieldValue<DateTimeOffset>(0), Records: row.Nullable<long>(1)), stopping);
            return facts with
            {
                Landed = [.. landed.Where(each => each.Records is not null).Select(each => new HourCount(each.Hour, each.Records!.Value))],
                LandedHours = [.. landed.Select(each => each.Hour).Where(hour => hour > at - LandedHours)],
                Shards = await reader.NextAsync(row => new ShardFlow(
                    row.GetString(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2), (int)row.GetInt64(3)), stopping),
                Watermark = (await reader.NextAsync(row => row.Nullable<DateTimeOffset>(0), stopping)).FirstOrDefault(),
                Holes = await reader.NextAsync(row => new PositionHole(
                    new(row.GetString(0), row.GetInt32(1)), new(row.GetInt64(2), row.GetInt64(3))), stopping),
            };
        }, stopping);

    private static void AddHours(NpgsqlBatch batch, string dataset, DateTimeOffset from, DateTimeOffset at)
    {
        batch.Add(
            """
            SELECT hour, rows_in, duplicates, rejected, watermark FROM pipeline.quality_hour
            WHERE dataset = $1 AND hour > $2 AND hour <= $3 ORDER BY hour
            """, dataset, from, at);
        batch.Add(
            """
            SELECT hour, column_name, rows, nulls, outside, total FROM pipeline.column_hour
            WHERE dataset = $1 AND hour > $2 AND hour <= $3 ORDER BY hour, column_name
            """, dataset, from, at);
    }

    private static void AddOpen(NpgsqlBatch batch, string dataset) => batch.Add(
        "SELECT code, subject, last_seen_at, since FROM pipeline.alert WHERE dataset = $1 AND code = ANY($2) AND resolved_at IS NULL",
        dataset, QualityCodes.All.Keys.ToArray());

    // Of what a person ended longer ago than facts are kept, none is left to find it by. From subject to subject by the index
    // alert_history: a look through all that was ever raised would cost more from year to year.
    private static void AddEnded(NpgsqlBatch batch, string dataset, DateTimeOffset since) => batch.Add(
        """
        WITH RECURSIVE newest AS (
            SELECT last.* FROM unnest($2::text[]) AS named (code) CROSS JOIN LATERAL (
                SELECT code, subject, last_seen_at, coalesce(found_since, since) AS since, resolved_at, resolved_by FROM pipeline.alert
                WHERE dataset = $1 AND code = named.code ORDER BY subject DESC, id DESC LIMIT 1) AS last
            UNION ALL
            SELECT last.* FROM newest CROSS JOIN LATERAL (
                SELECT code, subject, last_seen_at, coalesce(found_since, since) AS since, resolved_at, resolved_by FROM pipeline.alert
                WHERE dataset = $1 AND code = newest.code AND subject < newest.subject ORDER BY subject DESC, id DESC LIMIT 1) AS last)
        SELECT code, subject, last_seen_at, since FROM newest WHERE resolved_by IS NOT NULL AND resolved_at > $3
        """, dataset, QualityCodes.All.Keys.ToArray(), since);

    private static void AddFlow(NpgsqlBatch batch, string dataset, DateTimeOffset at)
    {
        // Files are numbered, not counted: their pieces hold any number of rows.
        batch.Add(
            """
            SELECT hour, (sum(records) FILTER (WHERE shard NOT LIKE 'files~%'))::bigint FROM pipeline.landing_hour
            WHERE dataset = $1 AND hour > $2 AND hour <= $3 GROUP BY hour ORDER BY hour
            """, dataset, at - Landed, at);
        // Hours are numbered as the topic flows, so that its own silence is no gap of a topic-partition.
        batch.Add(
            """
            SELECT stream, sum(records)::bigint, max(hour), coalesce(max(number - before), 1) FROM (
                SELECT stream, records, hour, number, lag(number) OVER (PARTITION BY stream ORDER BY hour) AS before FROM (
                    SELECT regexp_replace(shard, '-g[0-9]+$', '') AS stream, records, hour, dense_rank() OVER (ORDER BY hour) AS number
                    FROM pipeline.landing_hour WHERE dataset = $1 AND hour > $2 AND hour <= $3 AND shard NOT LIKE '%~%') AS numbered) AS flow
            GROUP BY stream ORDER BY stream
            """, dataset, at - ShardFlow.Window, at);
        batch.Add("SELECT max(watermark) FROM pipeline.quality_hour WHERE dataset = $1 AND hour <= $2", dataset, at);
        batch.Add(HoleSql, dataset);
    }

    private static void AddSlices(NpgsqlBatch batch, string dataset, string[] others, DateTimeOffset at)
    {
        var from = DateOnly.FromDateTime(at.UtcDateTime).AddDays(-SliceDays);
        // Days that are missed stay so when they are older than the rest that is looked at.
        batch.Add(
            """
            SELECT source, account, stream, day, rows, first_at FROM pipeline.slice_day WHERE dataset = $1 AND day > least($2, (
                SELECT (min(since) AT TIME ZONE 'UTC')::date - 7 FROM pipeline.alert
                WHERE dataset = $1 AND code = ANY($3) AND resolved_at IS NULL)) ORDER BY day
            """, dataset, from, new[] { QualityCodes.SliceMissing, QualityCodes.ExtractionLate });
        batch.Add(
            """
            SELECT source, account, stream, day, column_name, rows, nulls, outside, total FROM pipeline.slice_column
            WHERE dataset = $1 AND day > $2 ORDER BY day
            """, dataset, from);
        batch.Add(
            """
            SELECT dataset, (hour AT TIME ZONE 'UTC')::date, sum(rows)::bigint FROM pipeline.event_hour
            WHERE dataset = ANY($1) AND hour > $2 AND hour <= $3 GROUP BY 1, 2
            """, others, at.AddDays(-SliceDays), at);
    }

    // From where segments are known to follow each other, up to the first position that is in none; what was found whole is not looked at
    // again. Positions of slices and files are sparse.
    private const string HoleSql =
        """
        WITH seen AS (
            SELECT held.dataset, held.stream, held.generation, held.next_position, run.covered
            FROM pipeline.source_cursor AS held
                LEFT JOIN pipeline.shard_run AS known ON known.dataset = held.dataset AND known.stream = held.stream
                    AND known.generation = held.generation
                CROSS JOIN LATERAL (
                    SELECT (SELECT array_agg(each ORDER BY each) FROM unnest(range_agg(positions)) AS each) AS covered FROM pipeline.segment
                    WHERE segment.dataset = held.dataset AND segment.shard = held.stream || '-g' || held.generation
                        AND positions && int8range(known.position - 1, NULL)) AS run
            WHERE held.dataset = $1 AND held.stream NOT LIKE '%~%' AND run.covered IS NOT NULL),
        moved AS (
            INSERT INTO pipeline.shard_run AS known
            SELECT dataset, stream, generation, upper(covered[1]) FROM seen ORDER BY stream
            ON CONFLICT (dataset, stream) DO UPDATE SET generation = excluded.generation, position = excluded.position
            WHERE (known.generation, known.position) < (excluded.generation, excluded.position))
        SELECT stream, generation, upper(covered[1]), coalesce(lower(covered[2]), next_position) FROM seen
        WHERE coalesce(lower(covered[2]), next_position) > upper(covered[1]) ORDER BY stream
        """;

    private static async Task<QualityFacts> ReadHoursAsync(NpgsqlDataReader reader, DateTimeOffset at, CancellationToken stopping)
    {
        var published = new List<PublishedHour>();
        while (await reader.ReadAsync(stopping))
            published.Add(new(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3),
                reader.Nullable<DateTimeOffset>(4)));
        return new()
        {
            At = at, Published = published,
            Columns = await reader.NextAsync(row => new ColumnHour(
                row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
                row.GetDouble(5)), stopping),
        };
    }

    private static KnownFinding Known(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.Nullable<DateTimeOffset>(3));

    private static SliceSeries SeriesOf(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2));
}

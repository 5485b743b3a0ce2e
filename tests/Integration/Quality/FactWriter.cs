using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>Writes what a month brings into the ledger: past weeks as roll-ups, present hours as landings and commits do.</summary>
internal sealed class FactWriter(NpgsqlDataSource source)
{
    private readonly Dictionary<string, long> positions = [];
    private long slices;

    /// <summary>Segments of an hour, which the ledger's trigger counts, and their shards' cursors.</summary>
    public async Task LandAsync(IReadOnlyList<(StreamShape Shape, HourOfTraffic Hour)> brought, CancellationToken stopping)
    {
        var landed = brought.SelectMany(each => each.Shape.Shards.Select((shard, i) => (
            each.Shape.Dataset, Shard: shard, First: positions.GetValueOrDefault(shard), Records: each.Hour.Landed[i],
                At: each.Hour.Hour.AddMinutes(58))))
            .Where(each => each.Records > 0).ToList();
        foreach (var each in landed) positions[each.Shard] = each.First + each.Records;
        await using var connection = await source.OpenConnectionAsync(stopping);
        await connection.Command(
            """
            WITH landed AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[]) AS each (dataset, shard, first, records, at)),
            moved AS (
                INSERT INTO pipeline.source_cursor AS held (dataset, stream, next_position, epoch, landed_at)
                SELECT dataset, regexp_replace(shard, '-g1$', ''), first + records, 1, at FROM landed
                ON CONFLICT (dataset, stream) DO UPDATE SET next_position = excluded.next_position, landed_at = excluded.landed_at)
            INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
            SELECT dataset, shard, int8range(first, first + records), 1, shard || first, records, 200 * records, 20 * records, 'published', at FROM landed
            """, landed.Select(each => each.Dataset).ToArray(), landed.Select(each => each.Shard).ToArray(), landed.Select(each => each.First).ToArray(),
            landed.Select(each => each.Records).ToArray(), landed.Select(each => each.At).ToArray()).ExecuteAsync(stopping);
    }

    /// <summary>The facts of commits.</summary>
    public async Task CommitAsync(IReadOnlyList<(string Dataset, PublicationResult Result, DateTimeOffset At)> commits,
        CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        foreach (var (dataset, result, at) in commits) await QualityRecords.AddAsync(connection, dataset, 0, result, at, stopping);
    }

    /// <summary>A day of an account's stream: its extraction, its publication, and the facts of the commit.</summary>
    public async Task PublishSliceAsync(DayOfAds day, DateTimeOffset at, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        var ids = await connection.Command(
            """
            WITH asked AS (
                INSERT INTO pipeline.extraction (source, account, stream, day_from, day_to, datasets, state, begun_at, ended_at)
                VALUES ($1, $2, $3, $4, $4, '{ad_performance}', 'landed', $6, $6) RETURNING id),
            made AS (
                INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, rows_in, rows_out, rows_duplicate, rows_rejected, planned_at, committed_at)
                VALUES ('ad_performance', 1, 'visible', 1, $5, $5, 0, 0, $6, $6) RETURNING id),
            noted AS (
                INSERT INTO pipeline.slice (dataset, source, account, stream, day, extraction_id, state, published_extraction, published_version, published_by, rows)
                SELECT 'ad_performance', $1, $2, $3, $4, asked.id, 'published', asked.id, 1, made.id, $5 FROM asked, made)
            SELECT asked.id, made.id FROM asked, made
            """, day.Series.Source, day.Series.Account, day.Series.Stream, day.Day, day.Rows, at).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), stopping);
        var (extraction, publication) = ids[0];
        var result = new PublicationResult(new(day.Rows, day.Rows, 0, 0), [], [], new Dictionary<string, long>(), at, at)
        {
            Slices = [new(extraction, day.Day, day.Rows, null)], Profiles = Profiles(day, extraction),
        };
        await QualityRecords.AddAsync(connection, "ad_performance", publication, result, at, stopping);
    }

    /// <summary>Past hours of a stream.</summary>
    public async Task FillAsync(StreamShape shape, IReadOnlyList<HourOfTraffic> hours, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        var landed = hours.SelectMany(hour => shape.Shards.Select((shard, i) => (hour.Hour, Shard: shard, Records: hour.Landed[i])))
            .ToList();
        await connection.Command(
            "INSERT INTO pipeline.landing_hour SELECT $1, hour, shard, 1, records, records FROM unnest($2::timestamptz[], $3::text[], "
                + "$4::bigint[]) AS each (hour, shard, records)",
            shape.Dataset, landed.Select(each => each.Hour).ToArray(), landed.Select(each => each.Shard).ToArray(),
            landed.Select(each => each.Records).ToArray()).ExecuteAsync(stopping);
        await connection.Command(
            """
            INSERT INTO pipeline.quality_hour SELECT $1, hour, 1, rows, duplicates, rejected, newest
            FROM unnest($2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[]) AS each (hour, rows, duplicates, rejected, newest)
            """, shape.Dataset, hours.Select(each => each.Hour).ToArray(), hours.Select(each => each.Rows).ToArray(),
            hours.Select(each => each.Duplicates).ToArray(), hours.Select(each => each.Rejected).ToArray(),
                hours.Select(each => each.Newest).ToArray()).ExecuteAsync(stopping);
        await connection.Command(
            "INSERT INTO pipeline.event_hour SELECT $1, * FROM unnest($2::timestamptz[], $3::bigint[])", shape.Dataset,
            hours.Select(each => each.Hour).ToArray(), hours.Select(each => each.Rows).ToArray()).ExecuteAsync(stopping);
        var columns = hours.SelectMany(hour => shape.Nulls.Keys
            .Select(column => (hour.Hour, Column: column, hour.Published, Nulls: hour.Nulls[column], Total: 0.0))
            .Concat(shape.Value is { } value ? [(hour.Hour, value.Column, hour.Published, 0L, hour.Total)] : [])).ToList();
        await connection.Command(
            "INSERT INTO pipeline.column_hour SELECT $1, hour, name, rows, nulls, 0, total FROM unnest($2::timestamptz[], $3::text[], "
                + "$4::bigint[], $5::bigint[], $6::float8[]) AS each (hour, name, rows, nulls, total)",
            shape.Dataset, columns.Select(each => each.Hour).ToArray(), columns.Select(each => each.Column).ToArray(),
                columns.Select(each => each.Published).ToArray(),
            columns.Select(each => each.Nulls).ToArray(), columns.Select(each => each.Total).ToArray()).ExecuteAsync(stopping);
    }

    /// <summary>Past days of accounts' streams.</summary>
    public async Task FillAsync(IReadOnlyList<(DateTimeOffset At, DayOfAds Day)> days, CancellationToken stopping)
    {
        await using var batch = new NpgsqlBatch(await source.OpenConnectionAsync(stopping));
        foreach (var (at, day) in days)
        {
            var key = new object?[] { day.Day, day.Series.Source, day.Series.Account, day.Series.Stream };
            batch.Add("INSERT INTO pipeline.slice_day VALUES ('ad_performance', $1, $2, $3, $4, $5, $6)", [.. key, day.Rows, at]);
            foreach (var each in Profiles(day, ++slices))
                batch.Add("INSERT INTO pipeline.slice_column VALUES ('ad_performance', $1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    [.. key, each.Column, each.Rows, each.Nulls, each.Outside, each.Total]);
        }
        await batch.ExecuteNonQueryAsync(stopping);
        await batch.Connection!.DisposeAsync();
    }

    private static IReadOnlyList<ColumnProfile> Profiles(DayOfAds day, long extraction) =>
    [
        new(extraction, day.Day, "impressions", day.Rows, 0, 0, day.Impressions),
            new(extraction, day.Day, "clicks", day.Rows, 0, 0, day.Clicks),
        new(extraction, day.Day, "spend", day.Rows, 0, 0, day.Spend),
            new(extraction, day.Day, "conversions", day.Rows, 0, 0, day.Conversions),
        new(extraction, day.Day, "campaign_name", day.Rows, day.NoName, 0, 0),
    ];
}

using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;

namespace Pipeline.Sinks.Ledger;

/// <summary>Adds what a publication found to the roll-ups of quality, in its own transaction.</summary>
/// <remarks>Its rows are those of the dataset's present hour, which other commits want too: last in a commit, always in this
/// order.</remarks>
internal static class QualityRecords
{
    /// <summary>Adds the facts. Slices are those that <c>pipeline.slice</c> has as published by this publication.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, string dataset, long publicationId, PublicationResult result, DateTimeOffset now,
            CancellationToken stopping)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddHour(batch, dataset, result, now);
        AddEvents(batch, dataset, result, now);
        AddColumns(batch, dataset, [.. result.Profiles.Where(each => each.ExtractionId is null)], now);
        if (result.Slices.Count > 0) AddSlices(batch, publicationId, result, now);
        await batch.ExecuteNonQueryAsync(stopping);
    }

    private static void AddHour(NpgsqlBatch batch, string dataset, PublicationResult result, DateTimeOffset now)
    {
        var filtered = result.Rejections.Where(each => each.Code == RejectionCode.Filtered).Sum(each => each.Records);
        var withheld = result.Rejections.Where(each => each.Code == RejectionCode.SliceWithheld).Sum(each => each.Records);
        batch.Add(
            """
            INSERT INTO pipeline.quality_hour AS held VALUES ($1, date_trunc('hour', $2, 'UTC'), 1, $3, $4, $5, least($6::timestamptz, $2))
            ON CONFLICT (dataset, hour) DO UPDATE SET publications = held.publications + 1, rows_in = held.rows_in + excluded.rows_in,
                duplicates = held.duplicates + excluded.duplicates, rejected = held.rejected + excluded.rejected,
                watermark = greatest(held.watermark, excluded.watermark)
            """, dataset, now, result.Counts.In - filtered, result.Counts.Duplicates, result.Counts.Rejected - filtered - withheld,
            result.Watermark ?? result.MaxEventTime);
    }

    private static void AddEvents(NpgsqlBatch batch, string dataset, PublicationResult result, DateTimeOffset now)
    {
        if (result.Slices.Count > 0 || result.EventHours.Count == 0) return;
        batch.Add(
            """
            INSERT INTO pipeline.event_hour AS held
            SELECT $1, hour, rows FROM unnest($2::timestamptz[], $3::bigint[]) AS counted (hour, rows) WHERE hour > $4 AND hour <= $5 ORDER BY hour
            ON CONFLICT (dataset, hour) DO UPDATE SET rows = held.rows + excluded.rows
            """, dataset, result.EventHours.Keys.ToArray(), result.EventHours.Values.ToArray(), now - QualityFacts.Kept, now);
    }

    private static void AddColumns(NpgsqlBatch batch, string dataset, IReadOnlyList<ColumnProfile> profiles, DateTimeOffset now)
    {
        if (profiles.Count == 0) return;
        batch.Add(
            """
            INSERT INTO pipeline.column_hour AS held
            SELECT $1, date_trunc('hour', $2, 'UTC'), * FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::float8[]) ORDER BY 3
            ON CONFLICT (dataset, hour, column_name) DO UPDATE SET rows = held.rows + excluded.rows, nulls = held.nulls + excluded.nulls,
                outside = held.outside + excluded.outside, total = held.total + excluded.total
            """, [dataset, now, .. Figures(profiles)]);
    }

    private static void AddSlices(NpgsqlBatch batch, long publicationId, PublicationResult result, DateTimeOffset now)
    {
        const string Published =
            """
            JOIN pipeline.publication ON publication.id = $1
            JOIN pipeline.extraction ON extraction.id = taken.extraction_id
            JOIN pipeline.slice ON slice.dataset = publication.dataset AND slice.source = extraction.source
                AND slice.account = extraction.account AND slice.stream = extraction.stream AND slice.day = taken.day
            WHERE slice.published_by = $1 AND slice.published_extraction = taken.extraction_id AND slice.day > ($2 - interval '70 days')::date
            """;
        var taken = result.Slices.Where(each => each.Withheld is null).ToList();
        var (extractions, days) = (taken.Select(each => each.ExtractionId).ToArray(), taken.Select(each => each.Day).ToArray());
        batch.Add(
            $"""
            INSERT INTO pipeline.slice_day AS held
            SELECT slice.dataset, slice.day, slice.source, slice.account, slice.stream, slice.rows, $2
            FROM unnest($3::bigint[], $4::date[]) AS taken (extraction_id, day) {Published}
            ORDER BY slice.day, slice.source, slice.account, slice.stream
            ON CONFLICT (dataset, day, source, account, stream) DO UPDATE SET rows = excluded.rows
            """, publicationId, now, extractions, days);
        batch.Add(
            $"""
            DELETE FROM pipeline.slice_column AS held
            USING (SELECT slice.* FROM unnest($3::bigint[], $4::date[]) AS taken (extraction_id, day) {Published}) AS made
            WHERE held.dataset = made.dataset AND held.day = made.day AND held.source = made.source AND held.account = made.account
                AND held.stream = made.stream
            """, publicationId, now, extractions, days);
        var profiles = result.Profiles.Where(each => each.ExtractionId is not null).ToList();
        batch.Add(
            $"""
            INSERT INTO pipeline.slice_column
            SELECT slice.dataset, slice.day, slice.source, slice.account, slice.stream, column_name, taken.rows, nulls, outside, total
            FROM unnest($3::bigint[], $4::date[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::float8[])
                AS taken (extraction_id, day, column_name, rows, nulls, outside, total) {Published}
            """,
            [
                publicationId, now, profiles.Select(each => each.ExtractionId!.Value).ToArray(),
                profiles.Select(each => each.Day!.Value).ToArray(), .. Figures(profiles),
            ]);
    }

    private static object[] Figures(IReadOnlyList<ColumnProfile> profiles) =>
    [
        profiles.Select(each => each.Column).ToArray(), profiles.Select(each => each.Rows).ToArray(),
            profiles.Select(each => each.Nulls).ToArray(),
        profiles.Select(each => each.Outside).ToArray(), profiles.Select(each => each.Total).ToArray(),
    ];
}

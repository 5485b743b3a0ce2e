using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>What lies in the ledger of some days, and how such work went lately: what a plan is made of. Reads only.</summary>
public sealed class PlanHistory(NpgsqlDataSource ledger)
{
    /// <summary>Raw bytes of one publication of a replay of slices, unless one extraction alone has more.</summary>
    public const long ReplayRawBytes = ReplaySegments.MaxRawBytes;

    private const int Publications = 200, Extractions = 500;

    /// <summary>The newest extractions' segments of slices in a range of days.</summary>
    /// <param name="account">One account; null for all.</param>
    public Task<LandedTotals> SlicesAsync(
        string dataset, string? account, DateOnly from, DateOnly to, CancellationToken stopping) => OneAsync(
        "counting landed slices",
        """
        SELECT count(*), coalesce(sum(records), 0)::bigint, coalesce(sum(raw_bytes), 0)::bigint FROM pipeline.segment
        WHERE dataset = $1 AND state IN ('published', 'withheld') AND extraction_id IN (
            SELECT extraction_id FROM pipeline.slice WHERE dataset = $1 AND ($2::text IS NULL OR account = $2) AND day BETWEEN $3 AND $4)
        """, [dataset, account, from, to], row => new LandedTotals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), stopping);

    /// <summary>What landed within a range of days, by the clock of the landing.</summary>
    public Task<LandedTotals> HoursAsync(string dataset, DateOnly from, DateOnly to, CancellationToken stopping) => OneAsync(
        "counting landed hours",
        """
        SELECT coalesce(sum(segments), 0)::bigint, coalesce(sum(records), 0)::bigint, coalesce(sum(raw_bytes), 0)::bigint
        FROM pipeline.landing_hour
        WHERE dataset = $1 AND hour >= $2::timestamp AT TIME ZONE 'UTC' AND hour < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
        """, [dataset, from, to], row => new LandedTotals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), stopping);

    /// <summary>The last publications of a dataset together.</summary>
    public Task<PublishedTotals> PublishedAsync(string dataset, CancellationToken stopping) => OneAsync(
        "reading past publications",
        $"""
        SELECT count(*), coalesce(sum(rows_in), 0)::bigint, coalesce(sum(rows_out), 0)::bigint, coalesce(sum(raw_bytes), 0)::bigint,
            coalesce(sum(objects), 0)::bigint, coalesce(sum(object_bytes), 0)::bigint,
            coalesce(sum(extract(epoch FROM committed_at - planned_at)), 0)::float8
        FROM (SELECT id, rows_in, rows_out, raw_bytes, planned_at, committed_at FROM pipeline.publication
              WHERE dataset = $1 AND committed_at IS NOT NULL ORDER BY id DESC LIMIT {Publications}) AS last
        LEFT JOIN LATERAL (SELECT count(*) AS objects, sum(bytes) AS object_bytes FROM pipeline.lake_object
            WHERE publication_id = last.id AND role = 'data') AS made ON true
        """, [dataset], row => new PublishedTotals(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
            TimeSpan.FromSeconds(row.GetDouble(6))), stopping);

    /// <summary>The last extractions of a source together.</summary>
    public Task<ExtractedTotals> ExtractedAsync(string source, CancellationToken stopping) => OneAsync(
        "reading past extractions",
        $"""
        SELECT count(*), coalesce(sum(day_to - day_from + 1), 0)::bigint, coalesce(sum(extract(epoch FROM ended_at - begun_at)), 0)::float8,
            coalesce(sum(segments), 0)::bigint, coalesce(sum(pages), 0)::bigint, coalesce(sum(raw_bytes), 0)::bigint,
            coalesce(sum(slice_rows), 0)::bigint
        FROM (SELECT id, day_from, day_to, begun_at, ended_at FROM pipeline.extraction
              WHERE source = $1 AND state = 'landed' ORDER BY id DESC LIMIT {Extractions}) AS last
        LEFT JOIN LATERAL (
            SELECT count(DISTINCT object_key) AS segments, sum(records) AS pages, sum(raw_bytes) AS raw_bytes FROM pipeline.segment
            WHERE extraction_id = last.id) AS landed ON true
        LEFT JOIN LATERAL (SELECT sum(rows) AS slice_rows FROM pipeline.publication_slice
            WHERE extraction_id = last.id AND outcome = 'published') AS made ON true
        """, [source], row => new ExtractedTotals(
            row.GetInt64(0), row.GetInt64(1), TimeSpan.FromSeconds(row.GetDouble(2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6)), stopping);

    /// <summary>What the last extractions of a source landed, by the dataset it was landed for.</summary>
    public Task<List<(string Dataset, LandedTotals Landed)>> FedAsync(string source, CancellationToken stopping) => AllAsync(
        "reading what extractions fed",
        $"""
        SELECT dataset, count(*), sum(records)::bigint, sum(raw_bytes)::bigint FROM pipeline.segment WHERE extraction_id IN (
            SELECT id FROM pipeline.extraction WHERE source = $1 AND state = 'landed' ORDER BY id DESC LIMIT {Extractions})
        GROUP BY dataset ORDER BY dataset
        """, [source], row => (row.GetString(0), new LandedTotals(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))), stopping);

    private async Task<T> OneAsync<T>(
        string what, string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken stopping) =>
        (await AllAsync(what, sql, values, read, stopping))[0];

    private Task<List<T>> AllAsync<T>(
        string what, string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken stopping) =>
        ledger.ReadAsync(what, connection => connection.Command(sql, values).ListAsync(read, stopping), stopping);
}

/// <summary>Segments together.</summary>
/// <param name="RawBytes">Value bytes before compression.</param>
public readonly record struct LandedTotals(long Segments, long Records, long RawBytes);

/// <summary>Publications together.</summary>
/// <param name="Time">From plan to commit, added up.</param>
public readonly record struct PublishedTotals(
    long Publications, long RowsIn, long RowsOut, long RawBytes, long Objects, long ObjectBytes, TimeSpan Time);

/// <summary>Extractions together.</summary>
/// <param name="Days">Days of their windows, added up.</param>
/// <param name="Time">From begin to landing, added up.</param>
/// <param name="Pages">Answers of the provider, counted once for each dataset they feed.</param>
/// <param name="Rows">Rows published of them, in all datasets.</param>
public readonly record struct ExtractedTotals(long Extractions, long Days, TimeSpan Time, long Segments, long Pages, long RawBytes,
    long Rows);

using Npgsql;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger;

/// <summary>Numbers extractions and decides when they are landed, in PostgreSQL.</summary>
public sealed class SliceLedger(NpgsqlDataSource source, TimeProvider time) : ISliceLedger
{
    /// <inheritdoc/>
    public Task<Extraction> BeginAsync(SliceWindow window, IReadOnlyList<string> datasets, CancellationToken stopping) =>
        source.TransactAsync($"beginning an extraction of {window}", async connection =>
        {
            var now = time.GetUtcNow();
            var id = (await connection.Command(
                """
                INSERT INTO pipeline.extraction (source, account, stream, day_from, day_to, datasets, state, begun_at)
                VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) RETURNING id
                """, window.Source, window.Account, window.Stream, window.From, window.To, datasets.Distinct().ToArray(), now)
                .ListAsync(row => row.GetInt64(0), stopping))[0];
            return new Extraction(id, window, now);
        }, stopping);

    /// <inheritdoc/>
    public Task<bool> LandAsync(Extraction extraction, IReadOnlyList<ExtractedPart> parts, string? suspect, CancellationToken stopping) =>
        source.TransactAsync($"landing {extraction.Window}", async connection =>
        {
            var held = await connection.Command("SELECT state, datasets FROM pipeline.extraction WHERE id = $1 FOR UPDATE", extraction.Id)
                .ListAsync(row => (State: row.GetString(0), Datasets: row.GetFieldValue<string[]>(1)), stopping);
            if (held is not [("open", var datasets)]) return held is [("landed", _)];
            var now = time.GetUtcNow();
            await SliceStatements.LandAsync(connection, extraction, parts, suspect, now, stopping);
            if (suspect is null) return true;
            foreach (var dataset in datasets)
                await Alerts.RaiseAsync(connection, SliceAlerts.Suspect(dataset, extraction.Window, suspect), now, stopping);
            return true;
        }, stopping);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SliceStatus>> StatusAsync(
        string dataset, string? account, DateOnly from, DateOnly to, CancellationToken stopping) =>
        await source.ReadAsync($"reading the slices of {dataset}", connection => connection.Command(
            """
            SELECT slice.source, slice.account, slice.stream, slice.day, slice.state, slice.extraction_id, begun_at, rows, reason
            FROM pipeline.slice JOIN pipeline.extraction ON extraction.id = extraction_id
            WHERE dataset = $1 AND ($2::text IS NULL OR slice.account = $2) AND day BETWEEN $3 AND $4
            ORDER BY slice.source, slice.account, slice.stream, slice.day
            """, dataset, account, from, to).ListAsync(row => new SliceStatus(
                dataset, Day(row), StateOf(row.GetString(4)), row.GetInt64(5), row.GetFieldValue<DateTimeOffset>(6), row.Nullable<long>(7),
                row.Text(8)), stopping), stopping);

    private static SliceWindow Day(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateOnly>(3), row.GetFieldValue<DateOnly>(3));

    private static SliceState StateOf(string state) => state switch
    {
        "published" => SliceState.Published,
        "withheld" => SliceState.Withheld,
        "empty_refused" => SliceState.EmptyRefused,
        _ => SliceState.Landed,
    };
}

using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The extractions that a publication's segments hold.</summary>
internal static class PinnedExtractions
{
    private const string Pinned =
        """
        WITH pinned AS (
            SELECT DISTINCT extraction_id AS id, publication.dataset, day_from, day_to
            FROM pipeline.publication_segment JOIN pipeline.segment ON segment.id = segment_id
                JOIN pipeline.publication ON publication.id = publication_segment.publication_id
            WHERE publication_segment.publication_id = $1 AND extraction_id IS NOT NULL)
        SELECT extraction.id, extraction.source, extraction.account, extraction.stream, extraction.day_from, extraction.day_to, slice.day
        """;

    /// <summary>Before a commit: an extraction's days are those of which nothing newer is published yet.</summary>
    /// <remarks>Newer is a later extraction, and of the same extraction a higher version of the contract. A replay has its own days only.</remarks>
    public static async Task<IReadOnlyList<PinnedExtraction>> ToTakeAsync(
        NpgsqlConnection connection, long publicationId, int contractVersion, CancellationToken stopping) => Group(await connection.Command(
        $"""
        {Pinned}, NULL FROM pinned JOIN pipeline.extraction ON extraction.id = pinned.id
            LEFT JOIN pipeline.slice ON slice.dataset = pinned.dataset AND slice.source = extraction.source AND slice.account = extraction.account
                AND slice.stream = extraction.stream AND slice.day BETWEEN extraction.day_from AND extraction.day_to
                AND slice.day BETWEEN coalesce(pinned.day_from, slice.day) AND coalesce(pinned.day_to, slice.day)
                AND (published_extraction IS NULL OR (published_extraction, published_version) <= (extraction.id, $2))
        ORDER BY extraction.id, slice.day
        """, publicationId, contractVersion).ListAsync(Read, stopping));

    /// <summary>After the commit: an extraction's days and what is withheld of them, as they were decided.</summary>
    public static async Task<IReadOnlyList<PinnedExtraction>> DecidedAsync(
        NpgsqlConnection connection, long publicationId, CancellationToken stopping) => Group(await connection.Command(
        $"""
        {Pinned}, slice.outcome FROM pinned JOIN pipeline.extraction ON extraction.id = pinned.id
            LEFT JOIN pipeline.publication_slice AS slice ON slice.publication_id = $1 AND slice.extraction_id = extraction.id
        ORDER BY extraction.id, slice.day
        """, publicationId).ListAsync(Read, stopping));

    private static IReadOnlyList<PinnedExtraction> Group(List<(PinnedExtraction Extraction, DateOnly? Day, string? Outcome)> rows) =>
    [
        .. rows.GroupBy(row => row.Extraction.Id).Select(group => group.First().Extraction with
        {
            Days = [.. group.Where(row => row.Outcome != "withheld").Select(row => row.Day).OfType<DateOnly>()],
            Withheld = group.Where(row => row.Outcome == "withheld").ToDictionary(row => row.Day!.Value, _ => "It was withheld."),
        }),
    ];

    private static (PinnedExtraction, DateOnly?, string?) Read(NpgsqlDataReader row) => (
        new(row.GetInt64(0), new(
            row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateOnly>(4), row.GetFieldValue<DateOnly>(5)), []),
        row.Nullable<DateOnly>(6), row.Text(7));
}

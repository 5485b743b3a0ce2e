using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The ledger's rows of the slices one publication takes.</summary>
internal sealed class SliceStates(NpgsqlConnection connection, PublicationPlan plan)
{
    private const string Named =
        """
        FROM unnest($2::bigint[], $3::date[], $4::bigint[], $5::text[]) AS decided (extraction_id, day, rows, reason)
            JOIN pipeline.extraction ON extraction.id = decided.extraction_id
        WHERE known.dataset = $1 AND known.source = extraction.source AND known.account = extraction.account
            AND known.stream = extraction.stream AND known.day = decided.day
        """;

    /// <summary>What names a slice within a dataset.</summary>
    public static (string Source, string Account, string Stream, DateOnly Day) KeyOf(SliceWindow window, DateOnly day) =>
        (window.Source, window.Account, window.Stream, day);

    /// <summary>Locks the slices in the order of their key and reads what is published of them.</summary>
    public static async Task<Dictionary<(string, string, string, DateOnly), PublishedSlice>> LockAsync(
        NpgsqlConnection connection, string dataset, IReadOnlyList<SliceOutcome> slices, IReadOnlyDictionary<long, SliceWindow> windows,
        CancellationToken stopping)
    {
        var rows = await connection.LongCommand(
            """
            SELECT source, account, stream, day, published_extraction, published_version FROM pipeline.slice
            WHERE dataset = $1 AND (source, account, stream, day) IN (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::date[]))
            ORDER BY source, account, stream, day FOR UPDATE
            """, dataset, slices.Select(slice => windows[slice.ExtractionId].Source).ToArray(),
            slices.Select(slice => windows[slice.ExtractionId].Account).ToArray(),
            slices.Select(slice => windows[slice.ExtractionId].Stream).ToArray(), slices.Select(slice => slice.Day).ToArray())
            .ListAsync(row => (Key: (row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateOnly>(3)),
                Published: new PublishedSlice(row.Nullable<long>(4), row.Nullable<int>(5))), stopping);
        return rows.ToDictionary(row => row.Key, row => row.Published);
    }

    /// <summary>Notes slices as published; where something newer has landed meanwhile, that keeps its state.</summary>
    public async Task PublishedAsync(IReadOnlyList<SliceOutcome> slices, CancellationToken stopping)
    {
        await RecordAsync("published", slices, stopping);
        await connection.Command(
            $"""
            UPDATE pipeline.slice AS known SET published_extraction = decided.extraction_id, published_version = $6, published_by = $7,
                rows = decided.rows, state = CASE WHEN known.extraction_id > decided.extraction_id THEN known.state ELSE 'published' END,
                reason = CASE WHEN known.extraction_id > decided.extraction_id THEN known.reason END
            {Named} AND (known.published_extraction IS NULL OR (known.published_extraction, known.published_version) <= (decided.extraction_id, $6))
            """, [.. Values(slices, _ => null), plan.ContractVersion, plan.Id]).ExecuteAsync(stopping);
    }

    /// <summary>Notes slices as withheld or refused for being empty, each with its reason, unless something newer has landed.</summary>
    public async Task HeldBackAsync(string state, IReadOnlyList<(SliceOutcome Slice, string Reason)> held, CancellationToken stopping)
    {
        var slices = held.Select(each => each.Slice).ToList();
        await RecordAsync(state, slices, stopping);
        var reasons = held.ToDictionary(each => each.Slice, each => each.Reason);
        await connection.Command(
            $"UPDATE pipeline.slice AS known SET state = $6, reason = decided.reason {Named} AND known.extraction_id = decided.extraction_id",
            [.. Values(slices, slice => reasons[slice]), state]).ExecuteAsync(stopping);
    }

    private Task<int> RecordAsync(string outcome, IReadOnlyList<SliceOutcome> slices, CancellationToken stopping) => connection.Command(
        """
        INSERT INTO pipeline.publication_slice (publication_id, extraction_id, day, outcome, rows)
        SELECT $1, extraction_id, day, $2, rows FROM unnest($3::bigint[], $4::date[], $5::bigint[]) AS decided (extraction_id, day, rows)
        """, plan.Id, outcome, slices.Select(slice => slice.ExtractionId).ToArray(), slices.Select(slice => slice.Day).ToArray(),
        slices.Select(slice => slice.Rows).ToArray()).ExecuteAsync(stopping);

    private object?[] Values(IReadOnlyList<SliceOutcome> slices, Func<SliceOutcome, string?> reason) =>
    [
        plan.Dataset, slices.Select(slice => slice.ExtractionId).ToArray(), slices.Select(slice => slice.Day).ToArray(),
        slices.Select(slice => slice.Rows).ToArray(), slices.Select(reason).ToArray(),
    ];
}

/// <summary>What is published of a slice.</summary>
/// <param name="Extraction">Null before the first time.</param>
/// <param name="Version">The contract's version it was published under.</param>
internal sealed record PublishedSlice(long? Extraction, int? Version)
{
    /// <summary>Whether it must not be replaced by an extraction's rows under a version.</summary>
    public bool IsNewerThan(long extraction, int version) => Extraction > extraction || (Extraction == extraction && Version > version);
}

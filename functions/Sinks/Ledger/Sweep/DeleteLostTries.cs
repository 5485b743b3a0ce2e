using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Deletes what steps that were repeated had written before: objects of a landed extraction that no segment of it names.</summary>
/// <remarks>Each extraction is listed once, so the cost does not grow with history.</remarks>
internal sealed class DeleteLostTries(SweepLedger ledger, IObjectStore segments, TimeProvider time)
{
    private const int PageExtractions = 200;

    // A try whose worker was given up may still be writing; once this has passed nobody does.
    private static readonly TimeSpan WritersTime = TimeSpan.FromHours(1);

    /// <summary>Returns how many objects were deleted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var (deleted, landedBefore) = (0, time.GetUtcNow() - WritersTime);
        while (await ledger.UnsweptAsync(landedBefore, PageExtractions, stopping) is { Count: > 0 } page)
        {
            foreach (var extraction in page) deleted += await DeleteAsync(extraction, stopping);
            await ledger.MarkTriesSweptAsync([.. page.Select(extraction => extraction.Id)], stopping);
        }
        return deleted;
    }

    private async Task<int> DeleteAsync(Extraction extraction, CancellationToken stopping)
    {
        // The segments of a landed extraction are fixed, so what is not among them now never will be.
        var landed = (await ledger.LandedKeysAsync(extraction.Id, stopping)).ToHashSet(StringComparer.Ordinal);
        var deleted = 0;
        await foreach (var written in segments.ListAsync(extraction.KeyPrefix, null, stopping))
        {
            if (landed.Contains(written.Key)) continue;
            await segments.DeleteAsync(written.Key, stopping);
            deleted++;
        }
        return deleted;
    }
}

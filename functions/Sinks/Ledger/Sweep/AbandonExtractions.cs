using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Gives up extractions that a crash left open, and deletes the parts they had written.</summary>
internal sealed class AbandonExtractions(SweepLedger ledger, IObjectStore segments, TimeProvider time)
{
    // Waiting for a provider (a report, a quota of the day) takes hours at most.
    private static readonly TimeSpan ExtractionTime = TimeSpan.FromDays(1);

    // Somebody may still be writing a part; parts are looked for again until this has passed.
    private static readonly TimeSpan WritersTime = TimeSpan.FromHours(1);

    /// <summary>Returns how many objects were deleted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        await ledger.AbandonAsync(now - ExtractionTime, now, stopping);
        var (deleted, settled) = (0, new List<long>());
        foreach (var (extraction, endedAt) in await ledger.AbandonedAsync(stopping))
        {
            deleted += await DeletePartsAsync(extraction, stopping);
            if (now - endedAt > WritersTime) settled.Add(extraction.Id);
        }
        if (settled.Count > 0) await ledger.MarkRemovedAsync([.. settled], stopping);
        return deleted;
    }

    private async Task<int> DeletePartsAsync(Extraction extraction, CancellationToken stopping)
    {
        var deleted = 0;
        await foreach (var part in segments.ListAsync(extraction.KeyPrefix, null, stopping))
        {
            await segments.DeleteAsync(part.Key, stopping);
            deleted++;
        }
        return deleted;
    }
}

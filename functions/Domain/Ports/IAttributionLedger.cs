using Pipeline.Domain.Attribution;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that tells attribution what to read, what changed, and what it landed before.</summary>
/// <remarks>All methods throw <see cref="Failures.TransientException"/> when PostgreSQL is away: run again.</remarks>
public interface IAttributionLedger
{
    /// <summary>Publications that attribution has not seen, and the days that their objects, and those they superseded, belong
    /// to.</summary>
    /// <param name="limit">Publications at most, the oldest first.</param>
    Task<AttributionChanges> ChangesAsync(int limit, CancellationToken stopping);

    /// <summary>Days in the lake of which a dataset has rows, ascending by bucket and day.</summary>
    /// <param name="to">Last day, included.</param>
    Task<IReadOnlyList<BucketDay>> DaysAsync(string dataset, DateOnly from, DateOnly to, CancellationToken stopping);

    /// <summary>
    /// The objects of a dataset's bucket by key. A publication counts once it is visible as a whole; what it supersedes counts until then.
    /// </summary>
    /// <param name="to">Last day, included.</param>
    Task<IReadOnlyList<LakeObject>> ObjectsAsync(string dataset, int bucket, DateOnly from, DateOnly to, CancellationToken stopping);

    /// <summary>What was landed of a range of days; days without a result are left out.</summary>
    /// <param name="bucket">Null for all.</param>
    /// <param name="to">Last day, included.</param>
    Task<IReadOnlyList<AttributionResult>> ResultsAsync(int? bucket, DateOnly from, DateOnly to, CancellationToken stopping);

    /// <summary>Notes a result that was landed, unless a later extraction's is noted.</summary>
    Task RecordAsync(AttributionResult result, CancellationToken stopping);

    /// <summary>Drops extractions that were begun and turned out to bring nothing new; those that landed stay.</summary>
    Task DropAsync(IReadOnlyCollection<long> extractionIds, CancellationToken stopping);

    /// <summary>Marks publications as attributed.</summary>
    Task MarkSeenAsync(IReadOnlyCollection<long> publications, CancellationToken stopping);
}

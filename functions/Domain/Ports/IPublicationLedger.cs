using Pipeline.Domain.Publications;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that plans publications and finishes them (DESIGN 5, Transform + publish and Sweep).</summary>
public interface IPublicationLedger
{
    /// <summary>
    /// Pins landed segments, oldest first, into new publications of at most <paramref name="maxRawBytes"/> each (one segment at least),
    /// and returns these together with those planned earlier and not committed.
    /// </summary>
    /// <param name="maxPublications">At most so many are returned; the rest waits for the next plan.</param>
    Task<IReadOnlyList<PublicationPlan>> PlanAsync(
        string dataset, int contractVersion, long maxRawBytes, int maxPublications, CancellationToken stopping);

    /// <summary>
    /// Plans publications over segments that were published or withheld before: the newest extraction of every slice of these days, under
    /// the present version of the contract. They supersede what stands; no provider is asked. What is landed or planned already needs no
    /// replay.
    /// </summary>
    /// <param name="account">Null for all.</param>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day, included.</param>
    /// <returns>The plans, which ordinary planning returns too; empty when there is nothing to replay.</returns>
    /// <remarks>Slices whose extraction was suspect are replayed too: whoever asks for them has looked at the reason.</remarks>
    Task<IReadOnlyList<PublicationPlan>> PlanReplayAsync(
        string dataset, int contractVersion, string? account, DateOnly from, DateOnly to, CancellationToken stopping);

    /// <summary>How much landed and unpublished work a dataset has: what <c>PublishDue</c> decides by.</summary>
    Task<Backlog> BacklogAsync(string dataset, CancellationToken stopping);

    /// <summary>Objects of committed publications that are not visible yet, of one publication or of all (null).</summary>
    Task<IReadOnlyList<UnfinishedObject>> UnfinishedAsync(long? publicationId, int limit, CancellationToken stopping);

    /// <summary>Marks objects visible; a publication whose objects all are becomes visible itself.</summary>
    Task MarkVisibleAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping);

    /// <summary>Replaces a lost upload of a committed object by a rebuilt one (same key).</summary>
    /// <returns>False when the object is not staged any more (visible, or superseded): the rebuilt upload must be aborted.</returns>
    Task<bool> ReplaceUploadAsync(long objectId, StagedObject rebuilt, CancellationToken stopping);

    /// <summary>Superseded objects that are not removed yet and whose successors are all visible, of one successor or all (null).</summary>
    Task<IReadOnlyList<UnfinishedObject>> SupersededAsync(long? publicationId, int limit, CancellationToken stopping);

    /// <summary>Marks superseded objects removed.</summary>
    Task MarkRemovedAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping);

    /// <summary>Raises an alert that a publication, after a run's attempts, waits for what is away; its commit ends it. Nothing happens to
    /// one that is not planned.</summary>
    Task DelayAsync(long publicationId, string reason, CancellationToken stopping);

    /// <summary>Gives a publication up after attempts that cannot succeed; raises an alert. An operator can plan it again.</summary>
    Task FailAsync(long publicationId, string reason, CancellationToken stopping);
}

/// <summary>Landed segments that no publication has, plus planned ones not committed.</summary>
/// <param name="Oldest">When the oldest of them was landed; null when there is none.</param>
public sealed record Backlog(int Segments, long Records, long RawBytes, DateTimeOffset? Oldest, int OpenPublications);

/// <summary>A committed object that readers cannot see yet, or one that is superseded and that readers may still see.</summary>
public sealed record UnfinishedObject(long ObjectId, long PublicationId, string Dataset, ObjectRole Role, StagedObject Staged);

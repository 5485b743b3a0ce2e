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

    /// <summary>How much landed and unpublished work a dataset has: what <c>PublishDue</c> decides by.</summary>
    Task<Backlog> BacklogAsync(string dataset, CancellationToken stopping);

    /// <summary>Objects of committed publications that are not visible yet, of one publication or of all (null).</summary>
    Task<IReadOnlyList<UnfinishedObject>> UnfinishedAsync(long? publicationId, int limit, CancellationToken stopping);

    /// <summary>Marks objects visible; a publication whose objects all are becomes visible itself.</summary>
    Task MarkVisibleAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping);

    /// <summary>Replaces a lost upload of a committed object by a rebuilt one (same key).</summary>
    Task ReplaceUploadAsync(long objectId, StagedObject rebuilt, CancellationToken stopping);

    /// <summary>Gives a publication up after attempts that cannot succeed; raises an alert. An operator can plan it again.</summary>
    Task FailAsync(long publicationId, string reason, CancellationToken stopping);
}

/// <summary>Landed segments that no publication has, plus planned ones not committed.</summary>
/// <param name="Oldest">When the oldest of them was landed; null when there is none.</param>
public sealed record Backlog(int Segments, long Records, long RawBytes, DateTimeOffset? Oldest, int OpenPublications);

/// <summary>A committed object that readers cannot see yet.</summary>
public sealed record UnfinishedObject(long ObjectId, long PublicationId, string Dataset, ObjectRole Role, StagedObject Staged);

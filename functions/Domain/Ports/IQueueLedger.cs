using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that decides which messages of a queue are landed (DESIGN 5, Land).</summary>
/// <remarks>A queue delivers a message again until it is deleted, at times afterwards too: its id is what is landed once. All methods throw
/// <see cref="Failures.TransientException"/> when PostgreSQL is away.</remarks>
public interface IQueueLedger
{
    /// <summary>Of message ids, those that are landed or given up already.</summary>
    Task<IReadOnlySet<string>> KnownAsync(string queue, IReadOnlyCollection<string> messageIds, CancellationToken stopping);

    /// <summary>
    /// One transaction: if the shard's epoch and next position are still the draft's and none of the ids is known, moves the cursor, inserts
    /// the segment and claims the ids.
    /// </summary>
    /// <param name="messageIds">One for each position of the draft, in order.</param>
    /// <returns>False when the race was lost; nothing was left. Look which ids are known, claim again, and try again.</returns>
    Task<bool> LandAsync(SegmentDraft draft, string queue, IReadOnlyList<string> messageIds, CancellationToken stopping);

    /// <summary>Records messages that were sent to the dead letter queue; ids that are known already stay what they are.</summary>
    Task BuryAsync(string dataset, string queue, IReadOnlyList<DeadMessage> dead, CancellationToken stopping);

    /// <summary>Forgets messages that were noted before an instant. SQS keeps a message 14 days at most, so no older one can come again.</summary>
    /// <returns>Messages forgotten.</returns>
    Task<int> PurgeAsync(DateTimeOffset before, CancellationToken stopping);
}

/// <summary>A message that the dataset's own decoder refused.</summary>
/// <param name="Code">Why.</param>
/// <param name="Field">The field at fault; empty for the message as a whole.</param>
public sealed record DeadMessage(string MessageId, RejectionCode Code, string Field);

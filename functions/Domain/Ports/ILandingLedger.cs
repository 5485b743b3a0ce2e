using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that decides which positions are landed (DESIGN 5, Land).</summary>
/// <remarks>All methods throw <see cref="Failures.TransientException"/> when PostgreSQL is away: run the batch again.</remarks>
public interface ILandingLedger
{
    /// <summary>Takes a new epoch on each stream, creating cursors that do not exist, and returns where each stands.</summary>
    /// <remarks>Epochs fence: a segment written under an older epoch can no longer be committed.</remarks>
    Task<IReadOnlyList<ShardClaim>> ClaimAsync(string dataset, IReadOnlyCollection<string> streams, CancellationToken stopping);

    /// <summary>
    /// One transaction: for each draft, if its shard's epoch is still the draft's and <c>next_position</c> still the draft's first,
    /// moves <c>next_position</c> behind the draft and inserts the segment (landed, or void with an alert).
    /// </summary>
    /// <param name="drafts">Several of one shard must follow each other without a hole.</param>
    /// <returns>The shards that lost their race; their drafts left no trace. Claim again, crop, and try again.</returns>
    Task<IReadOnlyList<Shard>> LandAsync(IReadOnlyList<SegmentDraft> drafts, CancellationToken stopping);

    /// <summary>Stops a shard and raises an alert: nothing lands on it until an operator raises its generation.</summary>
    Task StopAsync(string dataset, Shard shard, string reason, CancellationToken stopping);

    /// <summary>Operator's verb: every stopped stream of the dataset (or the one named) begins a new generation, from the start of its log.</summary>
    /// <param name="stream">Null for every stream of the dataset, stopped or not.</param>
    /// <returns>The new shards.</returns>
    Task<IReadOnlyList<Shard>> RaiseGenerationAsync(string dataset, string? stream, CancellationToken stopping);

    /// <summary>Where every stream of a dataset stands, without claiming.</summary>
    Task<IReadOnlyList<ShardCursor>> CursorsAsync(string dataset, CancellationToken stopping);
}

/// <summary>The right to land on a shard until somebody else claims it.</summary>
/// <param name="NextPosition">The next position to land; null when nothing was landed in this generation.</param>
/// <param name="Stopped">Nothing may be landed: an operator must raise the generation.</param>
/// <param name="LastTimestampMs">Source timestamp of the record at <c>NextPosition - 1</c>; null when unknown.</param>
public sealed record ShardClaim(Shard Shard, long? NextPosition, long Epoch, bool Stopped, long? LastTimestampMs);

/// <summary>Where a stream stands.</summary>
/// <param name="StoppedReason">Null while it is active.</param>
/// <param name="LandedAt">When the last segment was landed.</param>
public sealed record ShardCursor(Shard Shard, long? NextPosition, long Epoch, string? StoppedReason, DateTimeOffset? LandedAt);

using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>The drafts of one shard in one call, each beginning where the one before ends.</summary>
internal sealed record SegmentRun(string Dataset, Shard Shard, long Epoch, IReadOnlyList<SegmentDraft> Drafts)
{
    /// <summary>Positions covered together.</summary>
    public PositionRange Positions => new(Drafts[0].Positions.First, Drafts[^1].Positions.Next);

    /// <summary>Whether a locked cursor still stands where this run begins, under the claim it was written with.</summary>
    public bool Follows(HeldCursor held) =>
        held.Dataset == Dataset && held.Shard == Shard && held.Epoch == Epoch && !held.Stopped
        && (held.NextPosition is not { } next || next == Positions.First);

    /// <summary>Groups drafts by shard, in the order locks are taken in.</summary>
    /// <exception cref="ArgumentException">A range is empty, or drafts of one shard leave a hole or differ in epoch.</exception>
    public static IReadOnlyList<SegmentRun> Of(IReadOnlyList<SegmentDraft> drafts)
    {
        var runs = drafts.GroupBy(draft => (draft.Dataset, draft.Shard)).Select(group => new SegmentRun(
            group.Key.Dataset, group.Key.Shard, group.First().Epoch, [.. group.OrderBy(draft => draft.Positions.First)])).ToList();
        foreach (var run in runs)
        {
            var next = run.Drafts[0].Positions.First;
            foreach (var draft in run.Drafts)
            {
                if (draft.Positions.First != next || draft.Positions.Length <= 0 || draft.Epoch != run.Epoch)
                    throw new ArgumentException(
                        $"Drafts of {run.Shard} must follow each other under one epoch: {draft.Positions} of epoch {draft.Epoch} does not follow {next}.", nameof(drafts));
                next = draft.Positions.Next;
            }
        }
        return [.. runs.OrderBy(run => run.Dataset, StringComparer.Ordinal).ThenBy(run => run.Shard.Stream, StringComparer.Ordinal)];
    }
}

/// <summary>A cursor as it stands while its row is locked.</summary>
internal sealed record HeldCursor(string Dataset, Shard Shard, long? NextPosition, long Epoch, bool Stopped);

using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Tests.Unit.Sources;

/// <summary>The landing ledger's contract in memory; <c>BeforeLand</c> lets a test act between claim and commit.</summary>
internal sealed class InMemoryLandingLedger(TimeProvider time) : ILandingLedger
{
    private readonly Dictionary<string, (ShardClaim Claim, string? Stopped, DateTimeOffset? LandedAt)> cursors = [];

    public List<SegmentDraft> Segments { get; } = [];

    public Func<Task> BeforeLand { get; set; } = () => Task.CompletedTask;

    public Task<IReadOnlyList<ShardClaim>> ClaimAsync(string dataset, IReadOnlyCollection<string> streams, CancellationToken stopping)
    {
        foreach (var stream in streams)
        {
            var cursor = cursors.GetValueOrDefault(stream, (new ShardClaim(new(stream, 0), null, 0, false, null), null, null));
            cursors[stream] = cursor with { Claim = cursor.Claim with { Epoch = cursor.Claim.Epoch + 1, Stopped = cursor.Stopped is not null } };
        }

        return Task.FromResult<IReadOnlyList<ShardClaim>>([.. streams.Select(stream => cursors[stream].Claim)]);
    }

    public async Task<IReadOnlyList<Shard>> LandAsync(IReadOnlyList<SegmentDraft> drafts, CancellationToken stopping)
    {
        await BeforeLand();
        var lost = new List<Shard>();
        foreach (var shard in drafts.GroupBy(draft => draft.Shard))
        {
            var cursor = cursors[shard.Key.Stream];
            if (shard.First().Epoch != cursor.Claim.Epoch || (cursor.Claim.NextPosition ?? shard.First().Positions.First) != shard.First().Positions.First)
            {
                lost.Add(shard.Key);
                continue;
            }

            Segments.AddRange(shard);
            var last = shard.Last();
            cursors[shard.Key.Stream] = (cursor.Claim with { NextPosition = last.Positions.Next, LastTimestampMs = last.LastTimestampMs }, null, time.GetUtcNow());
        }

        return lost;
    }

    public Task StopAsync(string dataset, Shard shard, string reason, CancellationToken stopping)
    {
        cursors[shard.Stream] = cursors[shard.Stream] with { Stopped = reason };
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Shard>> RaiseGenerationAsync(string dataset, string? stream, CancellationToken stopping)
    {
        foreach (var (name, cursor) in cursors.ToArray())
            cursors[name] = (new ShardClaim(new(name, cursor.Claim.Shard.Generation + 1), null, cursor.Claim.Epoch, false, null), null, null);
        return Task.FromResult<IReadOnlyList<Shard>>([.. cursors.Values.Select(cursor => cursor.Claim.Shard)]);
    }

    public Task<IReadOnlyList<ShardCursor>> CursorsAsync(string dataset, CancellationToken stopping) => Task.FromResult<IReadOnlyList<ShardCursor>>(
    [
        .. cursors.Values.Select(cursor => new ShardCursor(
            cursor.Claim.Shard, cursor.Claim.NextPosition, cursor.Claim.Epoch, cursor.Stopped, cursor.LandedAt)),
    ]);
}

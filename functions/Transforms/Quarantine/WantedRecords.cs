using System.Text.Json;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Quarantine;

/// <summary>The records that a replay of refusals takes: all others leave no trace.</summary>
/// <remarks>Takes 8 bytes for each of them. Only for shards whose records are one row each.</remarks>
internal sealed class WantedRecords : IRejectionSink
{
    private const int LastAttempt = 4;

    private readonly Dictionary<string, long[]> byShard;
    private readonly IRejectionSink quarantine;
    private int[] kept = [];

    private WantedRecords(Dictionary<string, long[]> byShard, IRejectionSink quarantine) =>
        (this.byShard, this.quarantine) = (byShard, quarantine);

    /// <summary>Records that came by, accepted or refused.</summary>
    public long Records { get; private set; }

    /// <summary>Reads which records a replay takes from the object that they were refused to.</summary>
    /// <param name="quarantine">Where records go that are refused again.</param>
    /// <returns>Null for an attempt that takes all records.</returns>
    /// <exception cref="TransientException">The object is gone or holds other records than the ledger has counted. It goes when another
    /// publication supersedes the one that refused them, which the next attempt finds out.</exception>
    /// <exception cref="TerminalException">So it is still at the fourth attempt.</exception>
    public static async Task<WantedRecords?> ReadAsync(
        IObjectStore store, PublicationAttempt attempt, IRejectionSink quarantine, CancellationToken stopping)
    {
        if (attempt.Replay is not { RefusedOf: { } refusedOf } replay) return null;
        var causes = replay.Causes.Select(cause => (cause.Code, cause.Field)).ToHashSet();
        var found = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        await foreach (var line in QuarantineReader.LinesAsync(store, attempt.Plan.Dataset, refusedOf, stopping))
            Take(line, causes, found);
        var count = found.Values.Sum(positions => (long)positions.Count);
        if (count != replay.Records)
        {
            var text = $"Publication {attempt.Plan.Id} replays {replay.Records} records that publication {refusedOf} refused, and "
                + $"'{QuarantineWriter.KeyOf(attempt.Plan.Dataset, refusedOf)}' in {store.Root} holds {count} of them. "
                + "Restore the object, or replay the days of the publication as a whole.";
            throw attempt.Number < LastAttempt ? new TransientException(text) : new TerminalException(text);
        }
        return new(found.ToDictionary(each => each.Key, each => each.Value.Order().ToArray()), quarantine);
    }

    /// <summary>The attempt with only those of its segments that hold a record that is wanted.</summary>
    public PublicationAttempt In(PublicationAttempt attempt) => attempt with
    {
        Segments = [.. attempt.Segments.Where(segment => Holds(segment.Shard, segment.Positions.First, segment.Positions.Last))],
    };

    /// <summary>Whether a block of records holds one that is wanted.</summary>
    public bool Wants(Shard shard, SegmentBlock block) => Holds(shard, block.Positions[0], block.Positions[^1]);

    /// <summary>The rows of a batch that are wanted.</summary>
    /// <returns>The batch itself when all are, otherwise another one.</returns>
    public RecordBatch Keep(RecordBatch batch)
    {
        if (kept.Length < batch.Rows) kept = new int[batch.Rows * 2];
        var wanted = byShard[batch.Shard.ToString()];
        var positions = batch.Positions.Values;
        var count = 0;
        for (var row = 0; row < batch.Rows; row++)
            if (Array.BinarySearch(wanted, positions[row]) >= 0) kept[count++] = row;
        Records += count;
        return count == batch.Rows ? batch : batch.Take(kept.AsSpan(0, count));
    }

    /// <inheritdoc/>
    public void Refuse(in Rejection rejection)
    {
        if (!Holds(rejection.Shard, rejection.Position, rejection.Position)) return;
        Records++;
        quarantine.Refuse(rejection);
    }

    private bool Holds(Shard shard, long first, long last)
    {
        if (!byShard.TryGetValue(shard.ToString(), out var wanted)) return false;
        var at = Array.BinarySearch(wanted, first);
        return at >= 0 || (~at < wanted.Length && wanted[~at] <= last);
    }

    private static void Take(string line, HashSet<(string, string)> causes, Dictionary<string, List<long>> found)
    {
        using var json = JsonDocument.Parse(line);
        var refused = json.RootElement;
        if (!causes.Contains((refused.GetProperty("code").GetString()!, refused.GetProperty("field").GetString()!))) return;
        var shard = refused.GetProperty("shard").GetString()!;
        if (!found.TryGetValue(shard, out var positions)) found.Add(shard, positions = []);
        positions.Add(refused.GetProperty("position").GetInt64());
    }
}

using System.Globalization;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Deletes segment objects that were written and never landed, once no claim can land them any more.</summary>
/// <remarks>
/// An object is an orphan when its claim's epoch is older than the cursor's and the ledger has no segment of its key. Both are read
/// after the listing, in one snapshot: a landing under an old epoch either is in it or can never commit.
/// </remarks>
internal sealed class DeleteOrphanSegments(SweepLedger ledger, IObjectStore segments, TimeProvider time)
{
    private const int PageSegments = 1000;

    // A writer that lost its shard may still be sending for a while; positions are looked at again until this has passed.
    private static readonly TimeSpan WritersTime = TimeSpan.FromHours(1);

    /// <summary>Lists each shard from where the last sweep ended and returns how many objects were deleted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var deleted = 0;
        foreach (var cursor in await ledger.SweptCursorsAsync(stopping))
        {
            var until = await ledger.SettledAsync(cursor, time.GetUtcNow() - WritersTime, stopping);
            for (var generation = cursor.SweptGeneration; generation <= cursor.Generation; generation++)
                deleted += await SweepAsync(cursor, generation, stopping);
            await ledger.MarkSweptAsync(cursor, until, stopping);
        }
        return deleted;
    }

    private async Task<int> SweepAsync(SweptCursor cursor, int generation, CancellationToken stopping)
    {
        var deleted = 0;
        var prefix = $"{cursor.Dataset}/{new Shard(cursor.Stream, generation)}/";
        var from = generation == cursor.SweptGeneration && cursor.SweptPosition > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{prefix}{cursor.SweptPosition:D19}") : null;
        await foreach (var page in segments.ListAsync(prefix, from, stopping).Chunk(PageSegments).WithCancellation(stopping))
        {
            var written = page.Select(found => WrittenSegment.TryParse(found.Key)).OfType<WrittenSegment>().ToList();
            foreach (var orphan in await ledger.OrphansAsync(cursor, written, stopping))
            {
                await segments.DeleteAsync(orphan, stopping);
                deleted++;
            }
        }
        return deleted;
    }
}

/// <summary>A segment object's key, read back: the opposite of <see cref="SegmentDraft.KeyOf"/>.</summary>
internal sealed record WrittenSegment(string Key, PositionRange Positions, long Epoch)
{
    private const string Ending = ".seg.zst";

    /// <summary>Null when the key is not one of a segment.</summary>
    public static WrittenSegment? TryParse(string key)
    {
        if (!key.EndsWith(Ending, StringComparison.Ordinal)) return null;
        var name = key[(key.LastIndexOf('/') + 1)..^Ending.Length].Split('-');
        return name is [var first, var last, ['e', .. var epoch]] && Parse(first, out var from) && Parse(last, out var to) && Parse(epoch, out var written)
            ? new(key, new(from, to + 1), written)
            : null;
    }

    private static bool Parse(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

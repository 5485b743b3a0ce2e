namespace Pipeline.Sinks.Ledger;

/// <summary>Puts segments into chunks in the order they come; all of one extraction into the same.</summary>
internal sealed class SegmentChunking(long maxRawBytes, int maxChunks)
{
    private readonly List<SegmentChunk> chunks = [];
    private readonly Dictionary<long, int> chunkOf = [];

    /// <summary>The chunks so far.</summary>
    public IReadOnlyList<SegmentChunk> Chunks => chunks;

    /// <summary>The extractions in them.</summary>
    public IReadOnlyCollection<long> Extractions => chunkOf.Keys;

    /// <summary>Adds a segment.</summary>
    /// <returns>False when it needs a chunk more than there may be: then it is left out.</returns>
    public bool Add(OpenSegment segment)
    {
        var isKnown = chunkOf.TryGetValue(segment.ExtractionId ?? 0, out var number);
        if (!isKnown)
        {
            if (chunks.Count == 0 || chunks[^1].RawBytes + segment.RawBytes > maxRawBytes)
            {
                if (chunks.Count == maxChunks) return false;
                chunks.Add(new([], 0));
            }
            number = chunks.Count - 1;
            if (segment.ExtractionId is { } extraction) chunkOf.Add(extraction, number);
        }
        chunks[number].SegmentIds.Add(segment.Id);
        chunks[number] = chunks[number] with { RawBytes = chunks[number].RawBytes + segment.RawBytes };
        return true;
    }
}

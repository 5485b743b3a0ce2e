namespace Pipeline.Domain.Segments;

/// <summary>One landed raw object, before the ledger has accepted it.</summary>
/// <param name="Dataset">The dataset it feeds.</param>
/// <param name="Shard">Where its records come from.</param>
/// <param name="Positions">The positions it covers.</param>
/// <param name="Epoch">The claim it was written under: the fence that keeps a zombie from committing.</param>
/// <param name="ObjectKey">
/// Key in the segment store; empty for a void segment, which records a range that the broker no longer has.
/// </param>
/// <param name="Records">Records in the object.</param>
/// <param name="RawBytes">Value bytes before compression.</param>
/// <param name="ObjectBytes">Bytes of the object.</param>
/// <param name="LastTimestampMs">Source timestamp of the last record, by which a recreated topic is told from a redelivery.</param>
public sealed record SegmentDraft(
    string Dataset, Shard Shard, PositionRange Positions, long Epoch, string ObjectKey, int Records, long RawBytes, long ObjectBytes,
    long? LastTimestampMs)
{
    /// <summary>The range holds nothing that can be read any more.</summary>
    public bool IsVoid => ObjectKey.Length == 0;

    /// <summary>The object key of a range: unique for every claim, so nothing is ever overwritten.</summary>
    /// <remarks>Positions are padded so that a listing is in position order.</remarks>
    public static string KeyOf(string dataset, Shard shard, PositionRange positions, long epoch) =>
        $"{dataset}/{shard}/{positions.First:D19}-{positions.Last:D19}-e{epoch}.seg.zst";
}

/// <summary>A segment the ledger holds.</summary>
/// <param name="Id">Ledger identity, in landing order.</param>
public sealed record LandedSegment(long Id, string Dataset, Shard Shard, PositionRange Positions, string ObjectKey, int Records, long RawBytes)
{
    /// <summary>The span that landed it, as W3C's traceparent; null when nobody listened.</summary>
    public string? Trace { get; init; }
}

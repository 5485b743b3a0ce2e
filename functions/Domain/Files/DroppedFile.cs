using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Files;

/// <summary>A file of the drop store as the ledger numbered it. A replaced file (same key, other ETag) is another one.</summary>
/// <param name="Number">Counts from 1 in each dataset; what tells its positions from other files'.</param>
/// <param name="Key">Its key in the drop store.</param>
/// <param name="ETag">What the store calls its content.</param>
public sealed record DroppedFile(string Dataset, Shard Shard, long Number, string Key, string ETag, long Bytes)
{
    /// <summary>Positions a file has: bytes of its decompressed text, or data of an Avro file.</summary>
    public const long MaxLength = 1L << PositionBits;

    /// <summary>Files a dataset can have.</summary>
    public const long MaxNumber = (1L << (63 - PositionBits)) - 1;

    private const int PositionBits = 40;

    /// <summary>The position of a place in the file.</summary>
    public long PositionOf(long place) => (Number << PositionBits) + place;

    /// <summary>What the keys of all its segments and tries begin with, and no other file's.</summary>
    public string KeyPrefix => $"{Dataset}/{Shard}/{Number:D8}-";

    /// <summary>The key of a segment object.</summary>
    /// <param name="part">Counts from 0.</param>
    /// <param name="tag">Of one try: no object is overwritten, and the ledger names the keys of the try that landed.</param>
    public string KeyOf(int part, string tag) => $"{KeyPrefix}{part:D6}-{tag}.seg.zst";
}

/// <summary>A file that is not landed yet.</summary>
/// <param name="SeenBefore">An earlier listing had it too, with the same size and ETag.</param>
/// <param name="ModifiedAt">When it was written last, as the store says.</param>
public sealed record WaitingFile(DroppedFile File, bool SeenBefore, DateTimeOffset ModifiedAt);

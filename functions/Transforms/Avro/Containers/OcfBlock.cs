using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>Number of data and of bytes in front of a block.</summary>
/// <param name="Data">Data in the block.</param>
/// <param name="Bytes">Bytes of them, as they are compressed.</param>
/// <param name="HeadBytes">Bytes of these two numbers.</param>
internal readonly record struct OcfBlock(int Data, int Bytes, int HeadBytes)
{
    /// <summary>Bytes of the mark behind every block.</summary>
    public const int SyncBytes = 16;

    /// <summary>Bytes of a block at most, compressed and not: files are written in blocks of some 64 KiB, a few MiB at most.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Data of a block at most.</summary>
    public const int MaxData = MaxBytes;

    /// <summary>Bytes of the numbers and of what is between them and the mark.</summary>
    public int Length => HeadBytes + Bytes;

    /// <summary>Reads the numbers.</summary>
    /// <returns>Null when they are impossible, or cut off.</returns>
    public static OcfBlock? Read(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        if (!Varint.TryRead(bytes, ref at, out var data) || !Varint.TryRead(bytes, ref at, out var size)) return null;
        var (count, length) = (Varint.UnZigZag(data), Varint.UnZigZag(size));
        return count is >= 0 and <= MaxData && length is >= 0 and <= MaxBytes ? new((int)count, (int)length, at) : null;
    }
}

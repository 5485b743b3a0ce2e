using System.Buffers.Binary;

namespace Pipeline.Parquet.Encoding;

/// <summary>Texts, each behind its length in four bytes.</summary>
/// <param name="bytes">The bytes of all texts of a column or a dictionary.</param>
/// <param name="ends">Where each of those texts ends.</param>
/// <param name="ids">Which of them the values are; empty when they are all, in order.</param>
internal readonly ref struct PlainTexts(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids = default) : IPageValues
{
    private const int LengthBytes = sizeof(int), ChunkBytes = 16;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly ReadOnlySpan<int> ends = ends;
    private readonly ReadOnlySpan<int> ids = ids;

    public int Count => ids.IsEmpty ? ends.Length : ids.Length;

    /// <summary>One text.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var (start, length) = Locate(index);
            return bytes.Slice(start, length);
        }
    }

    /// <summary>Bytes that all texts and their lengths take.</summary>
    public long TotalBytes => BytesOf(0, Count);

    public int Fit(int first, int maxBytes)
    {
        if (ids.IsEmpty && BytesOf(first, Count - first) <= maxBytes) return Count - first;
        var fit = 0;
        for (long total = 0; first + fit < Count; fit++)
        {
            total += LengthBytes + Locate(first + fit).Length;
            if (total > maxBytes) break;
        }

        return first == Count ? 0 : Math.Max(1, fit);
    }

    public void Write(int first, int count, ByteBuffer page)
    {
        var total = checked((int)BytesOf(first, count));
        var room = page.Room(checked(total + ChunkBytes));
        for (var i = first; i < first + count; i++)
        {
            var (start, length) = Locate(i);
            BinaryPrimitives.WriteInt32LittleEndian(room, length);
            // Most texts are short: one fixed copy, which may take along bytes of the next, is cheaper than one of exact length.
            if (length <= ChunkBytes && bytes.Length - start >= ChunkBytes) bytes.Slice(start, ChunkBytes).CopyTo(room[LengthBytes..]);
            else bytes.Slice(start, length).CopyTo(room[LengthBytes..]);
            room = room[(LengthBytes + length)..];
        }

        page.Advance(total);
    }

    /// <summary>Copies a text without its first bytes to the room's start; up to 16 bytes behind it in the room may change.</summary>
    public void CopyEnd(int index, int skip, Span<byte> room)
    {
        var (start, length) = Locate(index);
        (start, length) = (start + skip, length - skip);
        if (length <= ChunkBytes && bytes.Length - start >= ChunkBytes) bytes.Slice(start, ChunkBytes).CopyTo(room);
        else bytes.Slice(start, length).CopyTo(room);
    }

    private long BytesOf(int first, int count)
    {
        if (count == 0) return 0;
        if (ids.IsEmpty) return ends[first + count - 1] - Locate(first).Start + (long)LengthBytes * count;
        long total = 0;
        for (var i = first; i < first + count; i++) total += LengthBytes + Locate(i).Length;
        return total;
    }

    /// <summary>The first 16 bytes as a number, zeros behind a shorter text: where two differ, the texts are in the same order.</summary>
    public UInt128 OrderKey(int index)
    {
        var (start, length) = Locate(index);
        if (bytes.Length - start < ChunkBytes) return OrderKey(bytes.Slice(start, Math.Min(length, ChunkBytes)));
        var key = BinaryPrimitives.ReadUInt128BigEndian(bytes[start..]);
        return length >= ChunkBytes ? key : length == 0 ? 0 : key >> (8 * (ChunkBytes - length)) << (8 * (ChunkBytes - length));
    }

    private static UInt128 OrderKey(ReadOnlySpan<byte> beginning)
    {
        Span<byte> padded = stackalloc byte[ChunkBytes];
        padded.Clear();
        beginning.CopyTo(padded);
        return BinaryPrimitives.ReadUInt128BigEndian(padded);
    }

    private (int Start, int Length) Locate(int index)
    {
        var id = ids.IsEmpty ? index : ids[index];
        var start = id == 0 ? 0 : ends[id - 1];
        return (start, ends[id] - start);
    }
}

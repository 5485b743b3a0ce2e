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
    public long TotalBytes
    {
        get
        {
            if (ids.IsEmpty) return (ends.IsEmpty ? 0 : ends[^1]) + (long)LengthBytes * ends.Length;
            long total = 0;
            for (var i = 0; i < ids.Length; i++) total += LengthBytes + Locate(i).Length;
            return total;
        }
    }

    public int Fit(int first, int maxBytes)
    {
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
        for (var i = first; i < first + count; i++)
        {
            var (start, length) = Locate(i);
            var room = page.Room(LengthBytes + Math.Max(length, ChunkBytes));
            BinaryPrimitives.WriteInt32LittleEndian(room, length);
            // Most texts are short: one fixed copy, which may take along bytes of the next, is cheaper than one of exact length.
            if (length <= ChunkBytes && bytes.Length - start >= ChunkBytes) bytes.Slice(start, ChunkBytes).CopyTo(room[LengthBytes..]);
            else bytes.Slice(start, length).CopyTo(room[LengthBytes..]);
            page.Advance(LengthBytes + length);
        }
    }

    private (int Start, int Length) Locate(int index)
    {
        var id = ids.IsEmpty ? index : ids[index];
        var start = id == 0 ? 0 : ends[id - 1];
        return (start, ends[id] - start);
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Encoding;

/// <summary>Texts, each as the length of the beginning it shares with the one before and the bytes after that
/// (DELTA_BYTE_ARRAY).</summary>
/// <remarks>
/// Identifiers that all begin alike become little more than their ends: measured on <c>user_199695</c>, zstd takes a sixth of the time it
/// takes for the texts in full, and the result is a third smaller.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTASTRING
/// </remarks>
internal readonly ref struct DeltaTexts(PlainTexts texts, DeltaScratch scratch) : IPageValues
{
    private const int Sample = 4096, Chunk = 16;

    private readonly PlainTexts texts = texts;
    private readonly DeltaScratch scratch = scratch;

    public int Count => texts.Count;

    /// <summary>Whether texts share so much that the rest is worth two lengths a text: a quarter of their bytes.</summary>
    public static bool Pays(PlainTexts texts)
    {
        long shared = 0, bytes = 0;
        for (var i = 1; i < Math.Min(Sample, texts.Count); i++)
        {
            shared += SharedBytes(texts, i);
            bytes += texts[i].Length;
        }

        return shared * 4 > bytes;
    }

    public int Fit(int first, int maxBytes) => texts.Fit(first, maxBytes);

    public void Write(int first, int count, ByteBuffer page)
    {
        var lengths = scratch.Of(checked(count * 2));
        var shared = lengths[..count];
        var rest = lengths[count..];
        var bytes = 0;
        for (var i = 0; i < count; i++)
        {
            shared[i] = i == 0 ? 0 : SharedBytes(texts, first + i);
            rest[i] = texts[first + i].Length - shared[i];
            bytes = checked(bytes + rest[i]);
        }

        DeltaPacking.Write<int>(shared, page);
        DeltaPacking.Write<int>(rest, page);
        var room = page.Room(checked(bytes + Chunk));
        for (var i = 0; i < count; i++)
        {
            texts.CopyEnd(first + i, shared[i], room);
            room = room[rest[i]..];
        }

        page.Advance(bytes);
    }

    private static int SharedBytes(PlainTexts texts, int index)
    {
        var before = texts[index - 1];
        var text = texts[index];
        if (before.Length < Chunk || text.Length < Chunk) return SharedShort(before, text);
        return before.CommonPrefixLength(text);
    }

    private static int SharedShort(ReadOnlySpan<byte> before, ReadOnlySpan<byte> text)
    {
        var most = Math.Min(before.Length, text.Length);
        if (most < sizeof(ulong)) return before.CommonPrefixLength(text);
        var first = MemoryMarshal.Read<ulong>(before) ^ MemoryMarshal.Read<ulong>(text);
        if (first != 0) return BitOperations.TrailingZeroCount(first) / 8;
        return sizeof(ulong) + before[sizeof(ulong)..].CommonPrefixLength(text[sizeof(ulong)..]);
    }
}

/// <summary>Lengths of a page's texts while it is written; keeps its memory.</summary>
internal sealed class DeltaScratch
{
    private int[] lengths = [];

    /// <summary>Room for lengths; what is in it is undefined.</summary>
    public Span<int> Of(int count)
    {
        if (lengths.Length < count) lengths = new int[Math.Max(count, lengths.Length * 2)];
        return lengths.AsSpan(0, count);
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Encoding;

/// <summary>The values of a column chunk, nulls left out, in the form in which pages hold them.</summary>
internal interface IPageValues
{
    /// <summary>Values in all.</summary>
    int Count { get; }

    /// <summary>How many values from <paramref name="first"/> on stay within so many bytes; at least one where values are left.</summary>
    int Fit(int first, int maxBytes);

    /// <summary>Adds values to a page.</summary>
    void Write(int first, int count, ByteBuffer page);
}

/// <summary>Numbers as they lie in memory.</summary>
internal readonly ref struct PlainNumbers<T>(ReadOnlySpan<T> values) : IPageValues where T : unmanaged
{
    private readonly ReadOnlySpan<T> values = values;

    public int Count => values.Length;

    public int Fit(int first, int maxBytes) => Math.Min(Count - first, maxBytes / Unsafe.SizeOf<T>());

    public void Write(int first, int count, ByteBuffer page) => page.WriteValues(values.Slice(first, count));
}

/// <summary>Decimals in big-endian two's complement of a fixed number of bytes.</summary>
internal readonly ref struct PlainDecimals(ReadOnlySpan<Int128> values, int byteWidth) : IPageValues
{
    private readonly ReadOnlySpan<Int128> values = values;

    public int Count => values.Length;

    public int Fit(int first, int maxBytes) => Math.Min(Count - first, maxBytes / byteWidth);

    public void Write(int first, int count, ByteBuffer page)
    {
        Span<byte> wide = stackalloc byte[16];
        var room = page.Room(checked(count * byteWidth));
        foreach (var value in values.Slice(first, count))
        {
            BinaryPrimitives.WriteInt128BigEndian(wide, value);
            wide[(16 - byteWidth)..].CopyTo(room);
            room = room[byteWidth..];
        }

        page.Advance(count * byteWidth);
    }
}

/// <summary>Booleans, one bit each.</summary>
internal readonly ref struct PlainFlags(ReadOnlySpan<bool> values) : IPageValues
{
    private readonly ReadOnlySpan<bool> values = values;

    public int Count => values.Length;

    public int Fit(int first, int maxBytes) => (int)Math.Min(Count - first, maxBytes * 8L);

    public void Write(int first, int count, ByteBuffer page) =>
        BitPacking.PackFlags(MemoryMarshal.Cast<bool, byte>(values.Slice(first, count)), page);
}

/// <summary>Numbers of dictionary entries: their bit width in a byte, then hybrid runs.</summary>
internal readonly ref struct DictionaryIds(ReadOnlySpan<int> ids, int bitWidth) : IPageValues
{
    private readonly ReadOnlySpan<int> ids = ids;

    public int Count => ids.Length;

    public int Fit(int first, int maxBytes) => (int)Math.Min(Count - first, maxBytes * 8L / bitWidth);

    public void Write(int first, int count, ByteBuffer page)
    {
        page.WriteByte((byte)bitWidth);
        HybridRuns.Write(ids.Slice(first, count), bitWidth, page);
    }
}

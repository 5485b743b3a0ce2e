using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet.Encoding;

/// <summary>The smallest and the largest value of a chunk in the order the format defines for its type (TYPE_ORDER).</summary>
/// <remarks>https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, <c>ColumnOrder</c>.</remarks>
internal static class Bounds
{
    /// <summary>Of int32 and int64 values: signed.</summary>
    public static ValueBounds OfIntegers<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty) return default;
        var (min, max) = (values[0], values[0]);
        var vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        if (!vectors.IsEmpty)
        {
            var (least, most) = (vectors[0], vectors[0]);
            foreach (var vector in vectors)
            {
                least = Vector.Min(least, vector);
                most = Vector.Max(most, vector);
            }

            for (var lane = 0; lane < Vector<T>.Count; lane++) (min, max) = (T.Min(min, least[lane]), T.Max(max, most[lane]));
        }

        foreach (var value in values[(vectors.Length * Vector<T>.Count)..]) (min, max) = (T.Min(min, value), T.Max(max, value));
        return new(Plain(min), Plain(max));
    }

    /// <summary>Of doubles: a zero counts as both zeros, and a NaN among the values leaves the bounds unknown.</summary>
    /// <remarks>Readers place NaN differently, above all numbers for one; without bounds none of them skips it.</remarks>
    public static ValueBounds OfDoubles(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return default;
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (double.IsNaN(value)) return default;
            if (value < min) min = value;
            if (value > max) max = value;
        }

        return new(Plain(min == 0 ? -0.0 : min), Plain(max == 0 ? 0.0 : max));
    }

    /// <summary>Of decimals in a fixed number of bytes: signed.</summary>
    public static ValueBounds OfDecimals(ReadOnlySpan<Int128> values, int byteWidth)
    {
        if (values.IsEmpty) return default;
        var (min, max) = (values[0], values[0]);
        foreach (var value in values)
        {
            if (value < min) min = value;
            if (value > max) max = value;
        }

        return new(BigEndian(min, byteWidth), BigEndian(max, byteWidth));
    }

    /// <summary>Of booleans: false before true.</summary>
    public static ValueBounds OfFlags(ReadOnlySpan<bool> values) =>
        values.IsEmpty ? default : new([(byte)(values.Contains(false) ? 0 : 1)], [(byte)(values.Contains(true) ? 1 : 0)]);

    /// <summary>Of texts: unsigned bytes. Long ones are cut.</summary>
    public static ValueBounds OfTexts(PlainTexts texts) => OfTexts(texts, 0, texts.Count);

    /// <summary>Of some of the texts.</summary>
    public static ValueBounds OfTexts(PlainTexts texts, int first, int count)
    {
        if (count == 0) return default;
        var (least, most) = (first, first);
        var (leastKey, mostKey) = (texts.OrderKey(first), texts.OrderKey(first));
        for (var i = first + 1; i < first + count; i++)
        {
            // Nearly every text lies between by its first bytes; the others are compared in full.
            var key = texts.OrderKey(i);
            if (key > leastKey && key < mostKey) continue;
            if (texts[i].SequenceCompareTo(texts[least]) < 0) (least, leastKey) = (i, key);
            if (texts[i].SequenceCompareTo(texts[most]) > 0) (most, mostKey) = (i, key);
        }

        var min = texts[least];
        var max = texts[most];
        var (lower, upper) = (TextBound.Lower(min), TextBound.Upper(max));
        return new(lower, upper, lower.Length == min.Length, max.Length <= TextBound.MaxBytes);
    }

    private static byte[] Plain<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static byte[] BigEndian(Int128 value, int byteWidth)
    {
        Span<byte> wide = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, value);
        return wide[(16 - byteWidth)..].ToArray();
    }
}

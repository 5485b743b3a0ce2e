using System.Buffers.Binary;
using System.Numerics;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet.Bloom;

/// <summary>Makes the bloom filters of column chunks, one after the other; keeps the memory of the largest.</summary>
/// <remarks>
/// A filter begins as large as all values need if no two are the same. It is then folded while it stays good, so that repeated values
/// cost no bytes and nobody counts distinct ones. Sizes are powers of two, because some readers take no others.
/// </remarks>
internal sealed class BloomBuilder
{
    /// <summary>Bytes of the largest filter: enough for about 800,000 distinct values in a row group; with more it excludes
    /// less.</summary>
    public const int MaxBytes = 1 << 20;

    private const double MaxFalsePositives = 0.01, BitsPerValue = 10.5;

    private readonly ByteBuffer file = new();
    private readonly ThriftCompactWriter thrift;
    private uint[] words = [];

    public BloomBuilder() => thrift = new ThriftCompactWriter(file);

    /// <summary>The filter as it is in the file, header and bits; lent until the next call.</summary>
    /// <param name="type">Of the column's field; one that <see cref="CanHold"/>.</param>
    public ReadOnlySpan<byte> Build(ParquetType type, Column column)
    {
        var filter = Begin(column.Count - column.NullCount);
        AddAll(filter, type, column);
        while (filter.Length > SplitBlocks.Words && SplitBlocks.FoldedFalsePositives(filter) <= MaxFalsePositives)
            filter = SplitBlocks.Fold(filter);
        file.Clear();
        BloomHeader.Write(thrift, filter.Length * sizeof(uint));
        file.WriteValues<uint>(filter);
        return file.Written;
    }

    /// <summary>Whether values of a kind are looked for one by one.</summary>
    public static bool CanHold(ParquetKind kind) =>
        kind is ParquetKind.Utf8 or ParquetKind.Int64 or ParquetKind.Timestamp or ParquetKind.Date or ParquetKind.Decimal;

    private Span<uint> Begin(int values)
    {
        var blocks = (uint)Math.Clamp(Math.Ceiling(values * BitsPerValue / (8 * SplitBlocks.Bytes)), 1, MaxBytes / SplitBlocks.Bytes);
        var count = (int)BitOperations.RoundUpToPowerOf2(blocks) * SplitBlocks.Words;
        if (words.Length < count) words = new uint[count];
        var filter = words.AsSpan(0, count);
        filter.Clear();
        return filter;
    }

    private static void AddAll(Span<uint> filter, ParquetType type, Column column)
    {
        switch (column)
        {
            case TextColumn texts:
                for (var row = 0; row < texts.Count; row++)
                    if (!texts.IsNull(row)) SplitBlocks.Add(filter, XxHash64.Of(texts[row]));
                break;
            case FixedColumn<long> numbers:
                for (var row = 0; row < numbers.Count; row++)
                    if (!numbers.IsNull(row)) SplitBlocks.Add(filter, XxHash64.Of(numbers.Values[row]));
                break;
            case FixedColumn<int> days:
                for (var row = 0; row < days.Count; row++)
                    if (!days.IsNull(row)) SplitBlocks.Add(filter, XxHash64.Of(days.Values[row]));
                break;
            case FixedColumn<Int128> decimals:
                for (var row = 0; row < decimals.Count; row++)
                    if (!decimals.IsNull(row)) SplitBlocks.Add(filter, OfDecimal(type, decimals.Values[row]));
                break;
            default: throw new ArgumentException($"No bloom filter holds values of a {column.GetType().Name}.");
        }
    }

    private static ulong OfDecimal(ParquetType type, Int128 value)
    {
        if (type.Physical == PhysicalType.Int32) return XxHash64.Of((int)value);
        if (type.Physical == PhysicalType.Int64) return XxHash64.Of((long)value);
        Span<byte> wide = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, value);
        return XxHash64.Of(wide[(16 - type.DecimalBytes)..]);
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet.Encoding;

/// <summary>Finds between which values those of each data page are; keeps its memory.</summary>
internal sealed class PageBounds
{
    private ValueBounds[] found = [];
    private int[] int32Scratch = [];
    private long[] int64Scratch = [];
    private bool[] flagScratch = [];
    private Int128[] decimalScratch = [];

    /// <summary>The bounds of each page; lent until the next call.</summary>
    /// <param name="ofChunk">The bounds of all of them: where they are not known, those of the pages are not looked for.</param>
    public ReadOnlySpan<ValueBounds> Of(ParquetType type, Column column, ReadOnlySpan<DataPage> pages, ValueBounds ofChunk)
    {
        if (found.Length < pages.Length) found = new ValueBounds[Math.Max(pages.Length, found.Length * 2)];
        var into = found.AsSpan(0, pages.Length);
        into.Fill(ofChunk);
        if (pages.Length > 1 && ofChunk.Min is not null) Find(type, column, pages, into);
        return into;
    }

    // Only chunks of several pages have values.
    private void Find(ParquetType type, Column column, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
    {
        var rows = new Presence(column.Presence, column.Count);
        var nulls = column.NullCount;
        switch (column)
        {
            case Utf8Column texts:
                OfTexts(new PlainTexts(texts.Bytes, rows.Select(texts.Ends, nulls, ref int32Scratch)), pages, into);
                break;
            case Utf8DictionaryColumn texts:
                var ids = rows.Select(texts.Ids, nulls, ref int32Scratch);
                OfTexts(new PlainTexts(texts.Dictionary.Bytes, texts.Dictionary.Ends, ids), pages, into);
                break;
            case FixedColumn<long> numbers: OfIntegers(rows.Select(numbers.Values, nulls, ref int64Scratch), pages, into); break;
            case FixedColumn<int> days: OfIntegers(rows.Select(days.Values, nulls, ref int32Scratch), pages, into); break;
            case FixedColumn<double> numbers:
                var bits = rows.Select(MemoryMarshal.Cast<double, long>(numbers.Values), nulls, ref int64Scratch);
                OfDoubles(MemoryMarshal.Cast<long, double>(bits), pages, into);
                break;
            case FixedColumn<bool> flags: OfFlags(rows.Select(flags.Values, nulls, ref flagScratch), pages, into); break;
            case FixedColumn<Int128> decimals:
                OfDecimals(type, rows.Select(decimals.Values, nulls, ref decimalScratch), pages, into);
                break;
        }
    }

    private static void OfTexts(PlainTexts texts, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
    {
        for (var i = 0; i < pages.Length; i++) into[i] = Bounds.OfTexts(texts, pages[i].FirstValue, pages[i].Values);
    }

    private static void OfIntegers<T>(ReadOnlySpan<T> values, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < pages.Length; i++) into[i] = Bounds.OfIntegers(values.Slice(pages[i].FirstValue, pages[i].Values));
    }

    private static void OfDoubles(ReadOnlySpan<double> values, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
    {
        for (var i = 0; i < pages.Length; i++) into[i] = Bounds.OfDoubles(values.Slice(pages[i].FirstValue, pages[i].Values));
    }

    private static void OfFlags(ReadOnlySpan<bool> values, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
    {
        for (var i = 0; i < pages.Length; i++) into[i] = Bounds.OfFlags(values.Slice(pages[i].FirstValue, pages[i].Values));
    }

    private static void OfDecimals(ParquetType type, ReadOnlySpan<Int128> values, ReadOnlySpan<DataPage> pages, Span<ValueBounds> into)
    {
        var bytes = type.Physical switch
        {
            PhysicalType.Int32 => sizeof(int),
            PhysicalType.Int64 => sizeof(long),
            _ => type.DecimalBytes,
        };
        for (var i = 0; i < pages.Length; i++)
        {
            into[i] = Bounds.OfDecimals(values.Slice(pages[i].FirstValue, pages[i].Values), bytes);
            if (type.Physical == PhysicalType.FixedLenByteArray) continue;
            // As integers they lie the other way round.
            into[i].Min.AsSpan().Reverse();
            into[i].Max.AsSpan().Reverse();
        }
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Parquet.Bloom;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet;

/// <summary>What encoding needs while a row group is written: page buffers, dictionaries, the codec's state. Shared by many open writers,
/// one row group at a time; not for two threads at once.</summary>
/// <remarks>Grows to what the largest column chunk needs, then allocates a few small objects a chunk and none a value.</remarks>
public sealed class ColumnEncoder : IDisposable
{
    private readonly FixedDictionary<int> int32Dictionary = new();
    private readonly FixedDictionary<long> int64Dictionary = new();
    private readonly FixedDictionary<Int128> decimalDictionary = new();
    private readonly Utf8Dictionary textDictionary = new();
    private readonly UsedEntries usedEntries = new();
    private readonly DeltaScratch deltaScratch = new();
    private readonly PageWriter pages;
    private readonly PageBounds pageBounds = new();
    private int[] ids = [];
    private int[] int32Scratch = [];
    private long[] int64Scratch = [];
    private bool[] flagScratch = [];
    private Int128[] decimalScratch = [];

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DllNotFoundException">The codec's native library is absent.</exception>
    public ColumnEncoder(ParquetOptions? options = null)
    {
        Options = options ?? new ParquetOptions();
        Options.Check();
        pages = new PageWriter(Options);
    }

    /// <summary>How pages are made.</summary>
    public ParquetOptions Options { get; }

    /// <summary>Makes the bloom filters.</summary>
    internal BloomBuilder Blooms { get; } = new();

    /// <summary>The data pages of the column written last; lent until the next is.</summary>
    internal ReadOnlySpan<DataPage> DataPages => pages.DataPages;

    /// <inheritdoc/>
    public void Dispose() => pages.Dispose();

    /// <summary>Writes one column of one row group.</summary>
    /// <param name="offset">Bytes written to the destination so far.</param>
    /// <param name="column">Checked by the writer: the class its field wants, at least one row.</param>
    internal ColumnChunk Write(Stream destination, long offset, ParquetField field, Column column)
    {
        pages.Begin(destination, offset);
        var rows = new Presence(column.Presence, column.Count);
        var bounds = column switch
        {
            Utf8Column texts => WriteTexts(field, texts, rows),
            Utf8DictionaryColumn texts => WriteTexts(field, texts, rows),
            FixedColumn<long> numbers => WriteInt64(field, rows.Select(numbers.Values, column.NullCount, ref int64Scratch), rows),
            FixedColumn<int> days => WriteInt32(field, rows.Select(days.Values, column.NullCount, ref int32Scratch), rows),
            FixedColumn<double> numbers => WriteDoubles(field, numbers, rows),
            FixedColumn<bool> flags => WriteFlags(field, rows.Select(flags.Values, column.NullCount, ref flagScratch), rows),
            FixedColumn<Int128> decimals => WriteDecimals(field, rows.Select(decimals.Values, column.NullCount, ref decimalScratch), rows),
            _ => throw new ArgumentException($"Column '{field.Name}' is a {column.GetType().Name}, which no file can hold."),
        };
        return pages.End(column.Count, column.NullCount, bounds);
    }

    /// <summary>Between which values those of each of <see cref="DataPages"/> are; lent until the next call.</summary>
    internal ReadOnlySpan<ValueBounds> BoundsOfPages(ParquetField field, Column column, ColumnChunk chunk) =>
        pageBounds.Of(field.Type, column, DataPages, chunk.Bounds);

    private ValueBounds WriteInt32(ParquetField field, ReadOnlySpan<int> values, Presence rows)
    {
        if (!TryIntern(values, int32Dictionary)) return WritePlain(field, new PlainNumbers<int>(values), rows, Bounds.OfIntegers(values));
        WriteEntries(field, new PlainNumbers<int>(int32Dictionary.Values), values.Length, rows);
        return Bounds.OfIntegers(int32Dictionary.Values);
    }

    private ValueBounds WriteInt64(ParquetField field, ReadOnlySpan<long> values, Presence rows)
    {
        if (DeltaNumbers.Pays(values))
        {
            pages.WriteData(new DeltaNumbers(values), rows, field.Nullable, PageEncoding.DeltaBinaryPacked);
            return Bounds.OfIntegers([values[0], values[^1]]);
        }

        if (!TryIntern(values, int64Dictionary)) return WritePlain(field, new PlainNumbers<long>(values), rows, Bounds.OfIntegers(values));
        WriteEntries(field, new PlainNumbers<long>(int64Dictionary.Values), values.Length, rows);
        return Bounds.OfIntegers(int64Dictionary.Values);
    }

    // By their bits, so that both zeros and every NaN come back as they were.
    private ValueBounds WriteDoubles(ParquetField field, FixedColumn<double> column, Presence rows)
    {
        var values = rows.Select(MemoryMarshal.Cast<double, long>(column.Values), column.NullCount, ref int64Scratch);
        if (!TryIntern(values, int64Dictionary)) return WritePlain(field, new PlainNumbers<long>(values), rows, OfBits(values));
        WriteEntries(field, new PlainNumbers<long>(int64Dictionary.Values), values.Length, rows);
        return OfBits(int64Dictionary.Values);

        static ValueBounds OfBits(ReadOnlySpan<long> bits) => Bounds.OfDoubles(MemoryMarshal.Cast<long, double>(bits));
    }

    private ValueBounds WriteFlags(ParquetField field, ReadOnlySpan<bool> values, Presence rows) =>
        WritePlain(field, new PlainFlags(values), rows, Bounds.OfFlags(values));

    private ValueBounds WriteDecimals(ParquetField field, ReadOnlySpan<Int128> values, Presence rows)
    {
        if (field.Type.Physical == PhysicalType.Int32) return WriteInt32(field, Narrow(values, ref int32Scratch), rows);
        if (field.Type.Physical == PhysicalType.Int64) return WriteInt64(field, Narrow(values, ref int64Scratch), rows);
        var width = field.Type.DecimalBytes;
        if (!TryIntern(values, decimalDictionary, width))
            return WritePlain(field, new PlainDecimals(values, width), rows, Bounds.OfDecimals(values, width));
        WriteEntries(field, new PlainDecimals(decimalDictionary.Values, width), values.Length, rows);
        return Bounds.OfDecimals(decimalDictionary.Values, width);
    }

    private ValueBounds WriteTexts(ParquetField field, Utf8Column column, Presence rows)
    {
        // A null's text is empty: the ends of the others are all that is needed.
        var texts = new PlainTexts(column.Bytes, rows.Select(column.Ends, column.NullCount, ref int32Scratch));
        if (!TryIntern(texts)) return WriteTexts(field, texts, texts, rows);
        var entries = new PlainTexts(textDictionary.Bytes, textDictionary.Ends);
        WriteEntries(field, entries, texts.Count, rows);
        return OfTexts(field, entries);
    }

    private ValueBounds WriteTexts(ParquetField field, Utf8DictionaryColumn column, Presence rows)
    {
        var bytes = column.Dictionary.Bytes;
        var ends = column.Dictionary.Ends;
        var used = rows.Select(column.Ids, column.NullCount, ref int32Scratch);
        EnsureIds(used.Length);
        var entries = new PlainTexts(bytes, ends, usedEntries.Number(used, column.Dictionary.Count, ids));
        var texts = new PlainTexts(bytes, ends, used);
        if (used.IsEmpty) return WritePlain(field, default(PlainTexts), rows, default);
        var choice = new DictionaryChoice(used.Length, texts.TotalBytes, Options.MaxDictionaryBytes);
        if (!choice.Pays(entries.Count, entries.TotalBytes)) return WriteTexts(field, texts, entries, rows);
        WriteEntries(field, entries, used.Length, rows);
        return OfTexts(field, entries);
    }

    /// <param name="distinct">The texts among which the least and the greatest are.</param>
    private ValueBounds WriteTexts(ParquetField field, PlainTexts texts, PlainTexts distinct, Presence rows)
    {
        var bounds = OfTexts(field, distinct);
        if (!DeltaTexts.Pays(texts)) return WritePlain(field, texts, rows, bounds);
        pages.WriteData(new DeltaTexts(texts, deltaScratch), rows, field.Nullable, PageEncoding.DeltaByteArray);
        return bounds;
    }

    private bool TryIntern<T>(ReadOnlySpan<T> values, FixedDictionary<T> dictionary, int byteWidth = 0)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (byteWidth == 0) byteWidth = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        var choice = new DictionaryChoice(values.Length, (long)values.Length * byteWidth, Options.MaxDictionaryBytes);
        EnsureIds(values.Length);
        dictionary.Clear();
        for (var from = 0; from < values.Length; from += DictionaryChoice.BlockValues)
        {
            var to = Math.Min(values.Length, from + DictionaryChoice.BlockValues);
            for (var i = from; i < to; i++) ids[i] = dictionary.Intern(values[i]);
            if (choice.IsHopeless(to, dictionary.Count, (long)dictionary.Count * byteWidth)) return false;
        }

        return choice.Pays(dictionary.Count, (long)dictionary.Count * byteWidth);
    }

    private bool TryIntern(PlainTexts texts)
    {
        var choice = new DictionaryChoice(texts.Count, texts.TotalBytes, Options.MaxDictionaryBytes);
        EnsureIds(texts.Count);
        textDictionary.Clear();
        for (var from = 0; from < texts.Count; from += DictionaryChoice.BlockValues)
        {
            var to = Math.Min(texts.Count, from + DictionaryChoice.BlockValues);
            for (var i = from; i < to; i++) ids[i] = textDictionary.Intern(texts[i]);
            if (choice.IsHopeless(to, textDictionary.Count, DictionaryBytes())) return false;
            // Texts that are mostly new and begin alike are smaller as differences; hashing them all would only find that out late.
            if (from == 0 && textDictionary.Count * 2 > to && DeltaTexts.Pays(texts)) return false;
        }

        return choice.Pays(textDictionary.Count, DictionaryBytes());

        long DictionaryBytes() => textDictionary.Bytes.Length + (long)textDictionary.Count * sizeof(int);
    }

    private void WriteEntries<T>(ParquetField field, T entries, int values, Presence rows)
        where T : struct, IPageValues, allows ref struct
    {
        pages.WriteDictionary(entries);
        var width = BitPacking.WidthOf(entries.Count - 1);
        pages.WriteData(new DictionaryIds(ids.AsSpan(0, values), width), rows, field.Nullable, PageEncoding.RleDictionary);
    }

    private ValueBounds WritePlain<T>(ParquetField field, T values, Presence rows, ValueBounds bounds)
        where T : struct, IPageValues, allows ref struct
    {
        pages.WriteData(values, rows, field.Nullable, PageEncoding.Plain);
        return bounds;
    }

    // Nobody looks for a JSON text by its order.
    private static ValueBounds OfTexts(ParquetField field, PlainTexts texts) =>
        field.Type.Kind == ParquetKind.Json ? default : Bounds.OfTexts(texts);

    private static ReadOnlySpan<T> Narrow<T>(ReadOnlySpan<Int128> values, ref T[] scratch) where T : unmanaged, IBinaryInteger<T>
    {
        if (scratch.Length < values.Length) scratch = new T[Math.Max(values.Length, scratch.Length * 2)];
        for (var i = 0; i < values.Length; i++) scratch[i] = T.CreateTruncating(values[i]);
        return scratch.AsSpan(0, values.Length);
    }

    private void EnsureIds(int count)
    {
        if (ids.Length < count) ids = new int[Math.Max(count, ids.Length * 2)];
    }
}

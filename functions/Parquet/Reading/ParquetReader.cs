using System.Buffers.Binary;
using Pipeline.Parquet.Bloom;
using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Reads Parquet files, ours and others': flat columns of the types in <see cref="ParquetKind"/>.</summary>
/// <remarks>
/// Nothing a file says is believed: sizes and offsets are checked, memory is bounded by what the bytes can hold, and a damaged file is
/// an <see cref="InvalidDataException"/>. Encodings: PLAIN, dictionaries, RLE, the three deltas, BYTE_STREAM_SPLIT; pages of both
/// versions; no compression, Snappy, gzip, Zstandard. Widened without loss: smaller and unsigned integers (64 unsigned bits to
/// decimal(20,0)), floats, milliseconds. Nanoseconds and INT96 times are cut to microseconds towards the past. Bytes without an
/// annotation are texts, if they are UTF-8. Checksums are checked where a writer gave them.
/// https://parquet.apache.org/docs/file-format/
/// </remarks>
public sealed class ParquetReader
{
    private const int TailBytes = 8, MaxFooterBytes = 64 * 1024 * 1024;

    private readonly FileBytes file;
    private readonly FileMetadata metadata;
    private readonly FileSchema schema;

    /// <summary>Reads the footer.</summary>
    /// <param name="stream">Seekable; not closed. Its position is moved about, so only one reader may use it at a time.</param>
    /// <exception cref="InvalidDataException">Not a Parquet file, damaged, or encrypted.</exception>
    public ParquetReader(Stream stream)
    {
        file = new FileBytes(stream);
        var footer = ReadFooter();
        try
        {
            metadata = FileMetadata.Read(footer);
            schema = new FileSchema(metadata.Schema);
            CheckRowGroups();
        }
        catch (InvalidDataException error)
        {
            throw Damage.At("Footer", error);
        }

        Fields = [.. schema.Readable.Select(column => column.Field)];
        RowGroupRows = [.. metadata.RowGroups.Select(group => group.Rows)];
    }

    /// <summary>The columns that can be read, in the file's order.</summary>
    public IReadOnlyList<ParquetField> Fields { get; }

    /// <summary>The columns that cannot, and why; the others can be read nevertheless.</summary>
    public IReadOnlyList<RefusedColumn> Refused => schema.Refused;

    /// <summary>The footer's keys and values, in its order; a missing value is empty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => metadata.Metadata;

    /// <summary>Rows of each row group.</summary>
    public IReadOnlyList<long> RowGroupRows { get; }

    /// <summary>Rows of the file.</summary>
    public long Rows => metadata.Rows;

    /// <summary>An empty column of the class that rows of a field are read into.</summary>
    public static Column NewColumn(ParquetField field) => field.Type.Kind switch
    {
        ParquetKind.Utf8 or ParquetKind.Json => new Utf8Column(),
        ParquetKind.Float64 => new FixedColumn<double>(),
        ParquetKind.Bool => new FixedColumn<bool>(),
        ParquetKind.Decimal => new FixedColumn<Int128>(),
        ParquetKind.Date => new FixedColumn<int>(),
        _ => new FixedColumn<long>(),
    };

    /// <summary>Begins reading a row group; the reader can have several open.</summary>
    /// <param name="rowGroup">0 to the number of row groups.</param>
    /// <param name="names">The columns to read, in the order they are wanted; null for all of the file.</param>
    /// <exception cref="ArgumentException">No such row group, no name, or a name that no column of the file has.</exception>
    /// <exception cref="InvalidDataException">A wanted column is one of <see cref="Refused"/>, or its pages cannot be read.</exception>
    public RowGroupReader OpenRowGroup(int rowGroup, IReadOnlyList<string>? names = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rowGroup, RowGroupRows.Count);
        var columns = Select(names);
        foreach (var column in columns) CheckChunk(column, metadata.RowGroups[rowGroup]);
        return new RowGroupReader(file, columns, metadata.RowGroups[rowGroup]);
    }

    /// <summary>The bloom filter of a column of a row group; null when the file has none that can be read.</summary>
    /// <exception cref="ArgumentException">No such row group, or no column of that name.</exception>
    /// <exception cref="InvalidDataException">The column is one of <see cref="Refused"/>, or the filter is damaged.</exception>
    public BloomFilter? BloomFilterOf(int rowGroup, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rowGroup, RowGroupRows.Count);
        var column = Find(name);
        var chunk = metadata.RowGroups[rowGroup].Chunks[column.Index];
        if (chunk.BloomOffset < 0) return null;
        CheckChunk(column, metadata.RowGroups[rowGroup]);
        try
        {
            return BloomFilter.Read(file, chunk.BloomOffset);
        }
        catch (InvalidDataException error)
        {
            throw Damage.At($"Column '{name}'", error);
        }
    }

    /// <summary>What the footer says of every column of every row group, those in <see cref="Refused"/> too; read anew by each
    /// call.</summary>
    /// <exception cref="InvalidDataException">The footer is damaged where reading rows does not look.</exception>
    public IReadOnlyList<RowGroupFacts> ReadFacts()
    {
        try
        {
            return RowGroupFacts.ReadAll(ReadFooter(), metadata.Schema);
        }
        catch (InvalidDataException error)
        {
            throw Damage.At("Footer", error);
        }
    }

    private List<ReadableColumn> Select(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            if (Refused.Count > 0) throw RefusalOf(Refused[0]);
            if (Fields.Count == 0) throw new InvalidDataException("The file has no columns.");
            return [.. schema.Readable];
        }

        if (names.Count == 0) throw new ArgumentException("Name at least one column.", nameof(names));
        return [.. names.Select(Find)];
    }

    private ReadableColumn Find(string name)
    {
        if (schema.Readable.FirstOrDefault(column => column.Field.Name == name) is { } found) return found;
        if (Refused.FirstOrDefault(column => column.Name == name) is { } refused) throw RefusalOf(refused);
        throw new ArgumentException($"The file has no column '{name}'; it has {string.Join(", ", Fields.Select(field => field.Name))}.");
    }

    private static InvalidDataException RefusalOf(RefusedColumn refused) =>
        new($"Column '{refused.Name}' cannot be read. {refused.Why} The other columns can be read by their names.");

    private static void CheckChunk(ReadableColumn column, StoredRowGroup rowGroup)
    {
        var chunk = rowGroup.Chunks[column.Index];
        try
        {
            if (chunk.IsElsewhere) throw Damage.Is("its pages are in another file; read the file they are in.");
            if (chunk.Type != column.Type) throw Damage.Is($"its pages hold {chunk.Type}, the schema says {column.Type}.");
            if (chunk.Values != rowGroup.Rows) throw Damage.Is($"it has {chunk.Values} rows, its row group {rowGroup.Rows}.");
            PageDecompressor.Check(chunk.Codec);
        }
        catch (InvalidDataException error)
        {
            throw Damage.At($"Column '{column.Field.Name}'", error);
        }
    }

    private byte[] ReadFooter()
    {
        var tail = new byte[TailBytes];
        if (file.Length < TailBytes + 4) throw new InvalidDataException($"{file.Length} bytes are not a Parquet file.");
        file.Read(file.Length - TailBytes, tail);
        var magic = tail.AsSpan(4);
        if (magic.SequenceEqual("PARE"u8)) throw new InvalidDataException("The file is encrypted; decrypt it before it is read here.");
        if (!magic.SequenceEqual("PAR1"u8))
            throw new InvalidDataException("The file does not end as a Parquet file does: not one, or cut off.");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (count > MaxFooterBytes || count > file.Length - TailBytes - 4)
            throw new InvalidDataException(
                $"A footer of {count} bytes does not fit a file of {file.Length}; nor is one larger than {MaxFooterBytes} read.");
        file.PagesEnd = file.Length - TailBytes - count;
        var footer = new byte[count];
        file.Read(file.PagesEnd, footer);
        return footer;
    }

    private void CheckRowGroups()
    {
        Int128 rows = 0;
        foreach (var group in metadata.RowGroups)
        {
            rows += group.Rows;
            if (group.Chunks.Count != schema.Leaves)
                throw Damage.Is($"a row group has {group.Chunks.Count} column chunks, the schema {schema.Leaves} columns.");
        }

        if (rows != metadata.Rows) throw Damage.Is($"the row groups have {rows} rows, the footer says {metadata.Rows}.");
    }
}

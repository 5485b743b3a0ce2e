using System.Reflection;
using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Footer;

/// <summary>Gathers a file's metadata (parquet.thrift, <c>FileMetaData</c>) and its page index.</summary>
internal sealed class FileFooter
{
    /// <summary>A file's first and last bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    private static readonly string CreatedBy = WriterVersion();

    private readonly List<RowGroup> rowGroups = [];
    private readonly PageIndex pageIndex = new();
    private readonly IReadOnlyList<ParquetField> fields;
    private readonly ParquetCodec codec;
    private readonly IReadOnlyList<KeyValuePair<string, string>> metadata;
    private readonly IReadOnlyList<(int Field, ParquetSortColumn Sort)> sortedBy;

    public FileFooter(
        IReadOnlyList<ParquetField> fields,
        ParquetCodec codec,
        IReadOnlyList<KeyValuePair<string, string>> metadata,
        IReadOnlyList<(int Field, ParquetSortColumn Sort)> sortedBy)
    {
        (this.fields, this.codec, this.metadata, this.sortedBy) = (fields, codec, metadata, sortedBy);
    }

    /// <summary>Rows of the row groups that ended.</summary>
    public long Rows { get; private set; }

    public void BeginRowGroup(long offset, int rows) => rowGroups.Add(new(offset, rows, new List<ColumnChunk>(fields.Count)));

    public void AddColumn(
        ParquetField field, ColumnChunk chunk, ReadOnlySpan<DataPage> pages, ReadOnlySpan<ValueBounds> boundsOfPages)
    {
        (chunk.PageBoundsBytes, chunk.PagePlacesBytes) = pageIndex.Add(field.Type, pages, boundsOfPages);
        rowGroups[^1].Chunks.Add(chunk);
    }

    /// <summary>Notes the bloom filter of a column of the row group.</summary>
    public void AddBloom(int column, long offset, int bytes)
    {
        var chunk = rowGroups[^1].Chunks[column];
        (chunk.BloomOffset, chunk.BloomBytes) = (offset, bytes);
    }

    public void EndRowGroup() => Rows += rowGroups[^1].Rows;

    /// <summary>The end of the file: page index, metadata, its length, the magic bytes.</summary>
    /// <param name="offset">Bytes written to the file so far.</param>
    public ReadOnlySpan<byte> ToBytes(long offset)
    {
        var bytes = new ByteBuffer();
        bytes.Write(pageIndex.Bounds);
        bytes.Write(pageIndex.Places);
        var metadataFrom = bytes.Length;
        var file = new ThriftCompactWriter(bytes);
        file.BeginStruct();
        file.Int32(1, 2);       // version
        SchemaElements.Write(file, fields);
        file.Int64(3, Rows);
        WriteRowGroups(file, offset, offset + pageIndex.Bounds.Length);
        if (metadata.Count > 0) WriteMetadata(file);
        file.Text(6, CreatedBy);
        file.BeginList(7, ThriftCompactWriter.StructCode, fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            file.BeginStruct();
            file.EmptyStruct(1);    // TYPE_ORDER
            file.EndStruct();
        }

        file.EndStruct();
        bytes.WriteInt32(bytes.Length - metadataFrom);
        bytes.Write(Magic);
        return bytes.Written;
    }

    private void WriteRowGroups(ThriftCompactWriter thrift, long boundsAt, long placesAt)
    {
        thrift.BeginList(4, ThriftCompactWriter.StructCode, rowGroups.Count);
        for (var number = 0; number < rowGroups.Count; number++)
        {
            var (offset, rows, chunks) = rowGroups[number];
            thrift.BeginStruct();
            thrift.BeginList(1, ThriftCompactWriter.StructCode, chunks.Count);
            for (var i = 0; i < chunks.Count; i++)
            {
                chunks[i].Write(thrift, fields[i], codec, boundsAt, placesAt);
                (boundsAt, placesAt) = (boundsAt + chunks[i].PageBoundsBytes, placesAt + chunks[i].PagePlacesBytes);
            }

            thrift.Int64(2, chunks.Sum(chunk => chunk.RawBytes));
            thrift.Int64(3, rows);
            if (sortedBy.Count > 0) WriteSortColumns(thrift);
            thrift.Int64(5, offset);
            thrift.Int64(6, chunks.Sum(chunk => chunk.StoredBytes));
            if (number <= short.MaxValue) thrift.Int16(7, (short)number);
            thrift.EndStruct();
        }
    }

    private void WriteSortColumns(ThriftCompactWriter thrift)
    {
        thrift.BeginList(4, ThriftCompactWriter.StructCode, sortedBy.Count);
        foreach (var (field, sort) in sortedBy)
        {
            thrift.BeginStruct();
            thrift.Int32(1, field);
            thrift.Bool(2, sort.Descending);
            thrift.Bool(3, sort.NullsFirst);
            thrift.EndStruct();
        }
    }

    private void WriteMetadata(ThriftCompactWriter file)
    {
        file.BeginList(5, ThriftCompactWriter.StructCode, metadata.Count);
        foreach (var (key, value) in metadata)
        {
            file.BeginStruct();
            file.Text(1, key);
            file.Text(2, value);
            file.EndStruct();
        }
    }

    private readonly record struct RowGroup(long Offset, int Rows, List<ColumnChunk> Chunks);

    // The form readers parse to know a writer's faults: application version x (build y).
    private static string WriterVersion()
    {
        var version = typeof(FileFooter).Assembly.GetName().Version ?? new Version(0, 0, 0, 0);
        return $"pipeline version {version.ToString(3)} (build {version.Revision})";
    }
}

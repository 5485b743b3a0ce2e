using System.Reflection;
using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Footer;

/// <summary>Gathers a file's metadata (parquet.thrift, <c>FileMetaData</c>): row groups are kept as the bytes they will be.</summary>
internal sealed class FileFooter
{
    /// <summary>A file's first and last bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    private static readonly string CreatedBy = WriterVersion();

    private readonly ByteBuffer rowGroups = new();
    private readonly ThriftCompactWriter thrift;
    private readonly IReadOnlyList<ParquetField> fields;
    private readonly ParquetCodec codec;
    private readonly IReadOnlyList<KeyValuePair<string, string>> metadata;
    private readonly IReadOnlyList<(int Field, ParquetSortColumn Sort)> sortedBy;
    private int rowGroupCount, rowGroupRows;
    private long rowGroupOffset, rowGroupRawBytes, rowGroupStoredBytes;

    public FileFooter(
        IReadOnlyList<ParquetField> fields,
        ParquetCodec codec,
        IReadOnlyList<KeyValuePair<string, string>> metadata,
        IReadOnlyList<(int Field, ParquetSortColumn Sort)> sortedBy)
    {
        (this.fields, this.codec, this.metadata, this.sortedBy) = (fields, codec, metadata, sortedBy);
        thrift = new ThriftCompactWriter(rowGroups);
    }

    /// <summary>Rows of the row groups that ended.</summary>
    public long Rows { get; private set; }

    public void BeginRowGroup(long offset, int rows)
    {
        (rowGroupOffset, rowGroupRows, rowGroupRawBytes, rowGroupStoredBytes) = (offset, rows, 0, 0);
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftCompactWriter.StructCode, fields.Count);
    }

    public void AddColumn(ParquetField field, ColumnChunk chunk)
    {
        rowGroupRawBytes += chunk.RawBytes;
        rowGroupStoredBytes += chunk.StoredBytes;
        chunk.Write(thrift, field, codec);
    }

    public void EndRowGroup()
    {
        thrift.Int64(2, rowGroupRawBytes);
        thrift.Int64(3, rowGroupRows);
        if (sortedBy.Count > 0) WriteSortColumns();
        thrift.Int64(5, rowGroupOffset);
        thrift.Int64(6, rowGroupStoredBytes);
        if (rowGroupCount <= short.MaxValue) thrift.Int16(7, (short)rowGroupCount);
        thrift.EndStruct();
        rowGroupCount++;
        Rows += rowGroupRows;
    }

    /// <summary>The end of the file: metadata, its length, the magic bytes.</summary>
    public ReadOnlySpan<byte> ToBytes()
    {
        var bytes = new ByteBuffer();
        var file = new ThriftCompactWriter(bytes);
        file.BeginStruct();
        file.Int32(1, 2);       // version
        SchemaElements.Write(file, fields);
        file.Int64(3, Rows);
        file.BeginList(4, ThriftCompactWriter.StructCode, rowGroupCount);
        bytes.Write(rowGroups.Written);
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
        bytes.WriteInt32(bytes.Length);
        bytes.Write(Magic);
        return bytes.Written;
    }

    private void WriteSortColumns()
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

    // The form readers parse to know a writer's faults: application version x (build y).
    private static string WriterVersion()
    {
        var version = typeof(FileFooter).Assembly.GetName().Version ?? new Version(0, 0, 0, 0);
        return $"pipeline version {version.ToString(3)} (build {version.Revision})";
    }
}

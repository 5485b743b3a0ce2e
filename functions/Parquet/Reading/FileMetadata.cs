namespace Pipeline.Parquet.Reading;

/// <summary>A file's footer (parquet.thrift, <c>FileMetaData</c>).</summary>
internal sealed record FileMetadata(
    IReadOnlyList<SchemaElement> Schema,
    long Rows,
    IReadOnlyList<StoredRowGroup> RowGroups,
    IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    /// <exception cref="InvalidDataException">Damaged, or encrypted.</exception>
    public static FileMetadata Read(ReadOnlySpan<byte> footer)
    {
        var thrift = new ThriftCompactReader(footer);
        var (schema, rowGroups) = (new List<SchemaElement>(), new List<StoredRowGroup>());
        var metadata = new List<KeyValuePair<string, string>>();
        var rows = -1L;
        thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 2: for (var left = thrift.BeginStructs(code); left > 0; left--) schema.Add(SchemaElement.Read(ref thrift)); break;
                case 3: rows = thrift.Int64(code); break;
                case 4: for (var left = thrift.BeginStructs(code); left > 0; left--) rowGroups.Add(StoredRowGroup.Read(ref thrift)); break;
                case 5: for (var left = thrift.BeginStructs(code); left > 0; left--) metadata.Add(ReadKeyValue(ref thrift)); break;
                case 8: throw Damage.Is("the file is encrypted; decrypt it before it is read here.");
                default: thrift.Skip(code); break;
            }
        }

        if (rows < 0) throw Damage.Is("the footer says no number of rows.");
        return new(schema, rows, rowGroups, metadata);
    }

    private static KeyValuePair<string, string> ReadKeyValue(ref ThriftCompactReader thrift)
    {
        var (key, value) = ("", "");
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) key = thrift.Text(code);
            else if (field == 2) value = thrift.Text(code);
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return new(key, value);
    }
}

/// <summary>What the footer says of a row group (parquet.thrift, <c>RowGroup</c>).</summary>
internal sealed record StoredRowGroup(IReadOnlyList<StoredChunk> Chunks, long Rows)
{
    public static StoredRowGroup Read(ref ThriftCompactReader thrift)
    {
        var chunks = new List<StoredChunk>();
        var rows = -1L;
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) for (var left = thrift.BeginStructs(code); left > 0; left--) chunks.Add(StoredChunk.Read(ref thrift));
            else if (field == 3) rows = thrift.Int64(code);
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return rows >= 0 ? new(chunks, rows) : throw Damage.Is("a row group says no number of rows.");
    }
}

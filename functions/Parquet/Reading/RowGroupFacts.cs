namespace Pipeline.Parquet.Reading;

/// <summary>What a footer says of a row group.</summary>
/// <param name="Rows">Rows in it.</param>
/// <param name="Columns">Its column chunks, in the order of the file's leaves.</param>
public sealed record RowGroupFacts(long Rows, IReadOnlyList<ChunkFacts> Columns)
{
    /// <summary>Reads the row groups out of a footer (parquet.thrift, <c>FileMetaData</c>).</summary>
    internal static IReadOnlyList<RowGroupFacts> ReadAll(ReadOnlySpan<byte> footer, IReadOnlyList<SchemaElement> schema)
    {
        var leaves = schema.Skip(1).Where(node => node is { Children: 0, Type: not null }).ToList();
        var thrift = new ThriftCompactReader(footer);
        var groups = new List<RowGroupFacts>();
        thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 4) for (var left = thrift.BeginStructs(code); left > 0; left--) groups.Add(Read(ref thrift, leaves));
            else thrift.Skip(code);
        }
        return groups;
    }

    private static SchemaElement LeafAt(List<SchemaElement> leaves, int number) =>
        number < leaves.Count ? leaves[number] : throw Damage.Is("a row group has more columns than the schema.");

    private static RowGroupFacts Read(ref ThriftCompactReader thrift, List<SchemaElement> leaves)
    {
        var (columns, rows) = (new List<ChunkFacts>(), 0L);
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1)
                for (var left = thrift.BeginStructs(code); left > 0; left--)
                    columns.Add(ChunkFacts.Read(ref thrift, LeafAt(leaves, columns.Count)));
            else if (field == 3) rows = thrift.Int64(code);
            else thrift.Skip(code);
        }
        thrift.EndStruct(outer);
        return new(rows, columns);
    }
}

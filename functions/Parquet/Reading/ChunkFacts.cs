namespace Pipeline.Parquet.Reading;

/// <summary>What a footer says of one column of one row group, for people who look (parquet.thrift, <c>ColumnChunk</c>).</summary>
/// <param name="Column">The leaf's name.</param>
/// <param name="Type">How values are laid out: <c>ByteArray</c>.</param>
/// <param name="Codec">Compression of the pages: <c>Zstd</c>.</param>
/// <param name="Encodings">Of all pages, levels included.</param>
/// <param name="Values">Values and nulls.</param>
/// <param name="StoredBytes">Page headers and pages, compressed.</param>
/// <param name="PlainBytes">The same, not compressed.</param>
public sealed record ChunkFacts(
    string Column, string Type, string Codec, IReadOnlyList<string> Encodings, long Values, long StoredBytes, long PlainBytes)
{
    /// <summary>Nulls; null when the writer did not say.</summary>
    public long? Nulls { get; init; }

    /// <summary>A value that none is less than, as text; null when the writer did not say. A text's bound may be cut.</summary>
    public string? Least { get; init; }

    /// <summary>A value that none is greater than, as text; null when the writer did not say.</summary>
    public string? Greatest { get; init; }

    /// <summary>There is a bloom filter.</summary>
    public bool HasBloom { get; init; }

    /// <summary>There is an index of the pages.</summary>
    public bool HasPageIndex { get; init; }

    internal static ChunkFacts Read(ref ThriftCompactReader thrift, SchemaElement leaf)
    {
        var (facts, hasIndex) = (new ChunkFacts(leaf.Name, "", "", [], 0, 0, 0), false);
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 3) facts = ReadMetadata(ref thrift, code, leaf, facts);
            else thrift.Skip(code);
            hasIndex |= field == 6;
        }
        thrift.EndStruct(outer);
        return facts with { HasPageIndex = hasIndex };
    }

    private static ChunkFacts ReadMetadata(ref ThriftCompactReader thrift, int structCode, SchemaElement leaf, ChunkFacts facts)
    {
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 1: facts = facts with { Type = ((StoredType)thrift.Int32(code)).ToString() }; break;
                case 2: facts = facts with { Encodings = Words(thrift.Int32s(code)) }; break;
                case 4: facts = facts with { Codec = ((StoredCodec)thrift.Int32(code)).ToString() }; break;
                case 5: facts = facts with { Values = thrift.Int64(code) }; break;
                case 6: facts = facts with { PlainBytes = thrift.Int64(code) }; break;
                case 7: facts = facts with { StoredBytes = thrift.Int64(code) }; break;
                case 12: facts = ReadStatistics(ref thrift, code, leaf, facts); break;
                case 14: facts = facts with { HasBloom = thrift.Int64(code) > 0 }; break;
                default: thrift.Skip(code); break;
            }
        }
        thrift.EndStruct(outer);
        return facts;
    }

    private static IReadOnlyList<string> Words(int[] encodings) => [.. encodings.Distinct().Select(encoding => $"{(StoredEncoding)encoding}")];

    // Fields 1 and 2 are older writers' bounds, whose order nobody knows.
    private static ChunkFacts ReadStatistics(ref ThriftCompactReader thrift, int structCode, SchemaElement leaf, ChunkFacts facts)
    {
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 3: facts = facts with { Nulls = thrift.Int64(code) }; break;
                case 5: facts = facts with { Greatest = BoundText.Of(thrift.Bytes(code), leaf) }; break;
                case 6: facts = facts with { Least = BoundText.Of(thrift.Bytes(code), leaf) }; break;
                default: thrift.Skip(code); break;
            }
        }
        thrift.EndStruct(outer);
        return facts;
    }
}

namespace Pipeline.Parquet.Reading;

/// <summary>What the footer says of one column of one row group (parquet.thrift, <c>ColumnChunk</c>); nothing of it is believed.</summary>
/// <param name="Values">Values and nulls.</param>
/// <param name="Offset">Where its first page begins.</param>
/// <param name="StoredBytes">Page headers and pages.</param>
/// <param name="BloomOffset">Where its bloom filter begins; -1 for none.</param>
/// <param name="IsElsewhere">Whether its pages lie in another file.</param>
internal readonly record struct StoredChunk(
    StoredType Type, StoredCodec Codec, long Values, long Offset, long StoredBytes, long BloomOffset, bool IsElsewhere)
{
    public static StoredChunk Read(ref ThriftCompactReader thrift)
    {
        StoredChunk? chunk = null;
        var isElsewhere = false;
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 3) chunk = ReadMetadata(ref thrift, code);
            else thrift.Skip(code);
            isElsewhere |= field == 1;
        }

        thrift.EndStruct(outer);
        return chunk is { } read
            ? read with { IsElsewhere = isElsewhere }
            : throw Damage.Is("a column chunk has no metadata.");
    }

    private static StoredChunk ReadMetadata(ref ThriftCompactReader thrift, int structCode)
    {
        var (type, codec) = (-1, -1);
        long values = -1, storedBytes = -1, dataOffset = -1, dictionaryOffset = 0, bloomOffset = -1;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 1: type = thrift.Int32(code); break;
                case 4: codec = thrift.Int32(code); break;
                case 5: values = thrift.Int64(code); break;
                case 7: storedBytes = thrift.Int64(code); break;
                case 9: dataOffset = thrift.Int64(code); break;
                case 11: dictionaryOffset = thrift.Int64(code); break;
                case 14: bloomOffset = thrift.Int64(code); break;
                default: thrift.Skip(code); break;
            }
        }

        thrift.EndStruct(outer);
        if (values < 0 || storedBytes < 0 || dataOffset < 0 || type < 0 || codec < 0)
            throw Damage.Is("the metadata of a column chunk is incomplete or has a negative size.");
        // Some writers say 0 for no dictionary: no page begins there.
        var offset = dictionaryOffset > 0 ? Math.Min(dictionaryOffset, dataOffset) : dataOffset;
        return new((StoredType)type, (StoredCodec)codec, values, offset, storedBytes, bloomOffset, IsElsewhere: false);
    }
}

using Pipeline.Parquet.Footer;
using Pipeline.Parquet.Reading;

namespace Pipeline.Parquet.Bloom;

/// <summary>What stands before a bloom filter's bits (parquet.thrift, <c>BloomFilterHeader</c>).</summary>
internal static class BloomHeader
{
    /// <summary>Writes it for split blocks, xxHash and no compression: the only ones the format has.</summary>
    public static void Write(ThriftCompactWriter thrift, int filterBytes)
    {
        thrift.BeginStruct();
        thrift.Int32(1, filterBytes);
        for (var union = 2; union <= 4; union++)
        {
            thrift.BeginStruct(union);
            thrift.EmptyStruct(1);
            thrift.EndStruct();
        }

        thrift.EndStruct();
    }

    /// <summary>Bytes of the filter behind it; -1 when a later version of the format made it.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, out int headerBytes)
    {
        var thrift = new ThriftCompactReader(bytes);
        var (filterBytes, known) = (-1, 0);
        thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) filterBytes = thrift.Int32(code);
            else if (field is >= 2 and <= 4) known += IsFirstOfUnion(ref thrift, code) ? 1 : 0;
            else thrift.Skip(code);
        }

        headerBytes = thrift.Position;
        if (known < 3) return -1;
        return filterBytes > 0 ? filterBytes : throw Damage.Is($"a bloom filter of {filterBytes} bytes has no place for a value.");
    }

    private static bool IsFirstOfUnion(ref ThriftCompactReader thrift, int structCode)
    {
        var isFirst = false;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            isFirst |= field == 1;
            thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return isFirst;
    }
}

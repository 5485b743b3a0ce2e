using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class ThriftCompactWriterTests
{
    [Fact]
    public void Fields_lists_and_structs_have_the_bytes_of_the_specification()
    {
        var bytes = new ByteBuffer();
        var thrift = new ThriftCompactWriter(bytes);
        thrift.BeginStruct();
        thrift.Int32(1, -1);                        // 15 01
        thrift.Int64(3, 300);                       // 26 D8 04
        thrift.Bool(4, true);                       // 11
        thrift.Bool(5, false);                      // 12
        thrift.Text(30, "é");                       // 08 3C 02 C3 A9: too far for a step, the number follows
        thrift.BeginStruct(31);                     // 1C
        thrift.Int16(1, 2);                         // 14 04
        thrift.EndStruct();                         // 00
        thrift.BeginList(32, ThriftCompactWriter.Int32Code, 2);     // 19 25
        thrift.Int32Element(1);                     // 02
        thrift.Int32Element(int.MinValue);          // FF FF FF FF 0F
        thrift.EndStruct();                         // 00
        Assert.Equal("150126D8041112083C02C3A91C140400192502FFFFFFFF0F00", Convert.ToHexString(bytes.Written));
    }

    [Fact]
    public void A_list_of_fifteen_states_its_length_apart()
    {
        var bytes = new ByteBuffer();
        new ThriftCompactWriter(bytes).BeginList(1, ThriftCompactWriter.BinaryCode, 15);
        Assert.Equal("19F80F", Convert.ToHexString(bytes.Written));
    }
}

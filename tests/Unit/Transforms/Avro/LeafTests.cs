using System.Numerics;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>What a value of each type becomes in a column of each type.</summary>
public sealed class LeafTests
{
    public static TheoryData<string, string, byte[], string?> Accepted => new()
    {
        { "\"long\"", "int64", new AvroBytes().Long(long.MinValue).ToArray(), "-9223372036854775808" },
        { "\"int\"", "int64", new AvroBytes().Long(-3).ToArray(), "-3" },
        { "\"int\"", "float64", new AvroBytes().Long(-3).ToArray(), "-3" },
        { "\"long\"", "decimal", new AvroBytes().Long(12).ToArray(), "12000" },
        { "\"double\"", "float64", new AvroBytes().Double(0.25).ToArray(), "0.25" },
        { "\"float\"", "float64", new AvroBytes().Float(0.5f).ToArray(), "0.5" },
        { "\"float\"", "decimal", new AvroBytes().Float(0.1f).ToArray(), "100" },
        { "\"double\"", "decimal", new AvroBytes().Double(1e-3).ToArray(), "1" },
        { "\"boolean\"", "bool", new AvroBytes().Boolean(true).ToArray(), "true" },
        { "\"string\"", "string", new AvroBytes().Text("grün").ToArray(), "grün" },
        { "\"bytes\"", "string", new AvroBytes().Text("plain").ToArray(), "plain" },
        { "\"string\"", "timestamp", new AvroBytes().Text("1970-01-01T00:00:01Z").ToArray(), "1000000" },
        { "\"null\"", "string", [], null },
        { """{"type":"enum","name":"E","symbols":["A","B"]}""", "string", new AvroBytes().Long(1).ToArray(), "B" },
        { Long("timestamp-millis"), "timestamp", new AvroBytes().Long(-1).ToArray(), "-1000" },
        { Long("timestamp-micros"), "timestamp", new AvroBytes().Long(5).ToArray(), "5" },
        { Long("timestamp-nanos"), "timestamp", new AvroBytes().Long(-1).ToArray(), "-1" },
        { Long("timestamp-nanos"), "timestamp", new AvroBytes().Long(1999).ToArray(), "1" },
        { Long("timestamp-millis"), "int64", new AvroBytes().Long(5).ToArray(), "5" },
        { """{"type":"int","logicalType":"date"}""", "date", new AvroBytes().Long(19_000).ToArray(), "19000" },
        { Decimal("bytes"), "decimal", new AvroBytes().Bytes(0xFF, 0x85).ToArray(), "-1230" },
        { Decimal("bytes"), "decimal", new AvroBytes().Bytes().ToArray(), "0" },
        { Decimal("bytes"), "float64", new AvroBytes().Bytes(0x7B).ToArray(), "1.23" },
        { """{"type":"fixed","name":"F","size":16,"logicalType":"uuid"}""", "string",
            [.. Enumerable.Range(0, 16).Select(i => (byte)i)], "00010203-0405-0607-0809-0a0b0c0d0e0f" },
        { """{"type":"fixed","name":"F","size":12,"logicalType":"duration"}""", "string", [3, 0, 0, 0, 2, 0, 0, 0, 0xDC, 5, 0, 0], "P3M2DT1.500S" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_value_is_read_as_the_column_wants_it(string type, string column, byte[] datum, string? value)
    {
        var decoded = GivenAvro.Decode(GivenAvro.Contract(new(null), GivenAvro.Column(column)), GivenAvro.Schema(type), new AvroBytes().Raw(datum));
        Assert.Empty(decoded.Rejections);
        Assert.Equal(value, decoded["c"]);
    }

    public static TheoryData<string, string, byte[], RejectionCode> Refused => new()
    {
        { "\"long\"", "timestamp", new AvroBytes().Long(5).ToArray(), RejectionCode.WrongType },
        { "\"long\"", "string", new AvroBytes().Long(5).ToArray(), RejectionCode.WrongType },
        { "\"double\"", "int64", new AvroBytes().Double(1).ToArray(), RejectionCode.WrongType },
        { "\"double\"", "float64", new AvroBytes().Double(double.NaN).ToArray(), RejectionCode.OutOfRange },
        { "\"double\"", "decimal", new AvroBytes().Double(double.PositiveInfinity).ToArray(), RejectionCode.OutOfRange },
        { "\"double\"", "decimal", new AvroBytes().Double(0.0001).ToArray(), RejectionCode.OutOfRange },
        { Long("timestamp-millis"), "timestamp", new AvroBytes().Long(long.MaxValue).ToArray(), RejectionCode.OutOfRange },
        { Long("timestamp-millis"), "timestamp", new AvroBytes().Long(long.MinValue).ToArray(), RejectionCode.OutOfRange },
        { Long("local-timestamp-millis"), "timestamp", new AvroBytes().Long(0).ToArray(), RejectionCode.TimestampWithoutZone },
        { """{"type":"int","logicalType":"date"}""", "date", new AvroBytes().Long(int.MaxValue).ToArray(), RejectionCode.OutOfRange },
        { "\"string\"", "string", new AvroBytes().Bytes(0xFF).ToArray(), RejectionCode.BadUtf8 },
        { "\"string\"", "string", new AvroBytes().Bytes(0x41, 0).ToArray(), RejectionCode.NulCharacter },
        { Decimal("bytes"), "decimal", new AvroBytes().Bytes([1, .. new byte[70]]).ToArray(), RejectionCode.OutOfRange },
        { Decimal("bytes"), "decimal", new AvroBytes().Bytes([1, .. new byte[40]]).ToArray(), RejectionCode.OutOfRange },
        { "\"bytes\"", "int64", new AvroBytes().Bytes(1).ToArray(), RejectionCode.WrongType },
        { """{"type":"array","items":"int"}""", "int64", new AvroBytes().Long(0).ToArray(), RejectionCode.WrongType },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_value_that_does_not_fit_refuses_its_row_only(string type, string column, byte[] datum, RejectionCode code)
    {
        var contract = GivenAvro.Contract(new(null), GivenAvro.Column(column));
        var decoded = GivenAvro.Decode(contract, GivenAvro.Schema($"[\"null\",{type}]"),
            new AvroBytes().Long(0), new AvroBytes().Long(1).Raw(datum), new AvroBytes().Long(0));
        Assert.Equal((code, "v", 1L), Assert.Single(decoded.Rejections.Select(each => (each.Code, each.Field, each.Position))));
        Assert.Equal([0L, 2L], decoded.Batch.Positions.Values.ToArray());
    }

    [Fact]
    public void A_time_without_a_zone_is_of_the_contracts()
    {
        var contract = GivenAvro.Contract(new(null), GivenAvro.Column("timestamp"));
        contract = contract with { Source = contract.Source with { TimeZone = "Europe/Berlin" } };
        var decoded = GivenAvro.Decode(contract, GivenAvro.Schema(Long("local-timestamp-millis")), new AvroBytes().Long(3_600_000));
        Assert.Equal("0", decoded["c"]);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(16)]
    [InlineData(15)]
    public void A_wide_decimal_is_exact(int bytes)
    {
        var value = -BigInteger.Pow(10, 35) - 7;
        var unscaled = value.ToByteArray(isBigEndian: true);
        byte[] sent = [.. Enumerable.Repeat((byte)0xFF, Math.Max(0, bytes - unscaled.Length)), .. unscaled];
        var contract = GivenAvro.Contract(new(null), new ColumnSpec("c", new(ColumnKind.Decimal, 38, 2), ["v"]));
        var decoded = GivenAvro.Decode(contract, GivenAvro.Schema(Decimal("bytes")), new AvroBytes().Bytes(sent));
        Assert.Equal(value.ToString(), decoded["c"]);
    }

    private static string Long(string logical) => $$"""{"type":"long","logicalType":"{{logical}}"}""";

    private static string Decimal(string type) => $$"""{"type":"{{type}}","logicalType":"decimal","precision":200,"scale":2}""";
}

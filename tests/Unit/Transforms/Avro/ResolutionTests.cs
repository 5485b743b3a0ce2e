using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Records of one schema read by another.</summary>
public sealed class ResolutionTests
{
    [Theory]
    [InlineData("\"int\"", "\"long\"", "int64", "5")]
    [InlineData("\"long\"", "\"double\"", "float64", "5")]
    [InlineData("\"int\"", "[\"null\",\"long\"]", "int64", "5")]
    [InlineData("[\"null\",\"int\"]", "\"long\"", "int64", "5")]
    [InlineData("\"long\"", "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}", "timestamp", "5000")]
    public void A_number_is_read_as_the_readers_type(string writer, string reader, string column, string value)
    {
        var datum = new AvroBytes();
        if (writer.StartsWith('[')) datum.Long(1);
        var decoded = Read(writer, reader, GivenAvro.Column(column), datum.Long(5));
        Assert.Empty(decoded.Rejections);
        Assert.Equal(value, decoded["c"]);
    }

    [Theory]
    [InlineData("\"long\"", "\"int\"")]
    [InlineData("\"long\"", "\"string\"")]
    [InlineData("\"long\"", "[\"null\",\"string\"]")]
    [InlineData("[\"null\",\"long\"]", "\"null\"")]
    public void A_value_without_a_type_of_the_readers_refuses_its_record(string writer, string reader)
    {
        var datum = writer.StartsWith('[') ? new AvroBytes().Long(1).Long(5) : new AvroBytes().Long(5);
        var rejection = Assert.Single(Read(writer, reader, GivenAvro.Column("json"), datum).Rejections);
        Assert.Equal((RejectionCode.SchemaMismatch, "v"), (rejection.Code, rejection.Field));
    }

    [Fact]
    public void A_field_is_found_by_the_name_it_had()
    {
        var reader = """{"type":"record","name":"R","fields":[{"name":"new","aliases":["v"],"type":"long"}]}""";
        Assert.Equal("5", Decode(GivenAvro.Schema("\"long\""), reader, GivenAvro.Column("int64", "new"), new AvroBytes().Long(5))["c"]);
    }

    [Fact]
    public void A_record_is_found_by_the_name_it_had()
    {
        var reader = """{"type":"record","name":"x.New","aliases":["R"],"fields":[{"name":"v","type":"long"}]}""";
        Assert.Equal("5", Decode(GivenAvro.Schema("\"long\""), reader, GivenAvro.Column("int64"), new AvroBytes().Long(5))["c"]);
    }

    [Fact]
    public void A_record_of_another_name_is_refused()
    {
        var reader = """{"type":"record","name":"Other","fields":[{"name":"v","type":"long"}]}""";
        var rejection = Assert.Single(Decode(GivenAvro.Schema("\"long\""), reader, GivenAvro.Column("int64"), new AvroBytes().Long(5)).Rejections);
        Assert.Equal(RejectionCode.SchemaMismatch, rejection.Code);
        Assert.Equal("The contract's reader schema has no place for the writer's record 'R'.", rejection.Message);
    }

    [Theory]
    [InlineData("\"string\"", "\"EUR\"", "string", "EUR")]
    [InlineData("\"long\"", "-7", "int64", "-7")]
    [InlineData("[\"null\",\"long\"]", "null", "int64", null)]
    [InlineData("[\"null\",\"long\"]", "8", "int64", "8")]
    [InlineData("\"boolean\"", "true", "bool", "true")]
    [InlineData("\"double\"", "1.5", "float64", "1.5")]
    [InlineData("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", "\"B\"", "string", "B")]
    [InlineData("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}", "\"\\u0001\\u00ff\"", "decimal", "5110")]
    [InlineData("{\"type\":\"array\",\"items\":\"int\"}", "[1,2]", "json", "[1,2]")]
    [InlineData("{\"type\":\"map\",\"values\":\"int\"}", "{\"a\":1}", "json", "{\"a\":1}")]
    public void A_field_that_the_writer_lacks_has_its_default(string type, string standIn, string column, string? value)
    {
        var reader = $$"""{"type":"record","name":"R","fields":[{"name":"v","type":"long"},{"name":"more","type":{{type}},"default":{{standIn}}}]}""";
        var decoded = Decode(GivenAvro.Schema("\"long\""), reader, GivenAvro.Column(column, "more"), new AvroBytes().Long(5));
        Assert.Empty(decoded.Rejections);
        Assert.Equal(value, decoded["c"]);
    }

    [Fact]
    public void A_field_that_the_writer_lacks_and_that_has_no_default_refuses_every_record()
    {
        var reader = """{"type":"record","name":"R","fields":[{"name":"more","type":"long"}]}""";
        var decoded = Decode(GivenAvro.Schema("\"long\""), reader, GivenAvro.Column("int64", "more"), new AvroBytes().Long(5), new AvroBytes().Long(6));
        Assert.Equal([(RejectionCode.SchemaMismatch, "more"), (RejectionCode.SchemaMismatch, "more")],
            decoded.Rejections.Select(each => (each.Code, each.Field)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(",\"default\":\"OTHER\"", "OTHER")]
    public void A_symbol_that_the_reader_does_not_know_is_its_default(string standIn, string? value)
    {
        var writer = """{"type":"enum","name":"E","symbols":["NEW","A"]}""";
        var reader = $$"""{"type":"enum","name":"E","symbols":["OTHER","A"]{{standIn}}}""";
        var decoded = Read(writer, reader, GivenAvro.Column("string"), new AvroBytes().Long(0));
        if (value is not null) Assert.Equal(value, decoded["c"]);
        else Assert.Equal(RejectionCode.SchemaMismatch, Assert.Single(decoded.Rejections).Code);
        Assert.Equal("A", Read(writer, reader, GivenAvro.Column("string"), new AvroBytes().Long(1))["c"]);
    }

    [Fact]
    public void Of_a_union_the_branch_of_the_same_type_is_taken_before_one_it_could_become()
    {
        var decoded = Read("\"int\"", "[\"double\",\"int\"]", GivenAvro.Column("int64"), new AvroBytes().Long(5));
        Assert.Equal("5", decoded["c"]);
    }

    [Fact]
    public void Fields_that_only_the_writer_has_are_passed_over_and_counted()
    {
        var writer = """
            {"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":"string"}},{"name":"m","type":{"type":"map","values":"long"}},
            {"name":"v","type":"long"},{"name":"z","type":"bytes"}]}
            """;
        var datum = new AvroBytes().Long(2).Text("x").Text("y").Long(-1).Long(2).Text("z").Long(0).Long(1).Text("k").Long(1).Long(0).Long(5).Bytes(1, 2);
        var decoded = Decode(writer, GivenAvro.Schema("\"long\""), GivenAvro.Column("int64"), datum);
        Assert.Empty(decoded.Rejections);
        Assert.Equal("5", decoded["c"]);
        Assert.Equal(["a", "m", "z"], decoded.Unknown.ToDictionary().Keys);
    }

    private static Decoded Read(string writer, string reader, ColumnSpec column, AvroBytes datum) =>
        Decode(GivenAvro.Schema(writer), GivenAvro.Schema(reader), column, datum);

    private static Decoded Decode(string writer, string reader, ColumnSpec column, params AvroBytes[] data) =>
        GivenAvro.Decode(GivenAvro.Contract(new(reader), column), writer, data);
}

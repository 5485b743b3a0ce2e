using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>What a schema may say, and what is told of one that says it wrongly.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"record","name":"R"}""", "record 'R' has no list of fields")]
    [InlineData("""{"type":"record","fields":[]}""", "the schema declares a record without a name")]
    [InlineData("""{"type":"strng"}""", "the schema has the type 'strng', which is neither a type of Avro nor declared before")]
    [InlineData("""["null",["int"]]""", "the schema is a union that holds another one")]
    [InlineData("""["int","int"]""", "the schema is a union with two branches int")]
    [InlineData("""{"type":"array"}""", "the schema has no 'items'")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","A"]}""", "enum 'E' has a symbol twice")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"B"}""", "enum 'E' has the default 'B', which is no symbol of it")]
    [InlineData("""{"type":"fixed","name":"F","size":-1}""", "fixed 'F' has no size")]
    [InlineData("""{"type":"fixed","name":"1F","size":1}""", "'1F' is no name of a type")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}""", "record 'R' has two fields 'a'")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}""",
        "field 'a' of record 'R' has a default that is no value of its type")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"R","size":1}}]}""",
        "'R' is declared twice, or is a type of Avro")]
    [InlineData("5", "the schema is no type: it is neither a name nor a declaration")]
    [InlineData("{", "the schema is not JSON (line 1)")]
    public void A_fault_is_told(string schema, string fault)
    {
        var faults = new List<string>();
        Assert.Null(AvroSchemaReader.Read(schema, faults, strict: true));
        Assert.Equal([fault], faults);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var faults = new List<string>();
        AvroSchemaReader.Read("""{"type":"record","name":"R","fields":[{"name":"a","type":"x"},{"type":"int"},{"name":"c"}]}""", faults, strict: true);
        Assert.Equal(3, faults.Count);
    }

    [Theory]
    [InlineData("[[")]
    [InlineData("{\"type\":\"array\",\"items\":")]
    public void A_schema_nested_beyond_reason_is_refused(string opening)
    {
        var faults = new List<string>();
        var close = opening == "[[" ? "]]" : "}";
        Assert.Null(AvroSchemaReader.Read(string.Concat(Enumerable.Repeat(opening, 50_000)) + "\"int\"" + string.Concat(Enumerable.Repeat(close, 50_000)), faults, true));
        Assert.NotEmpty(faults);
    }

    [Fact]
    public void Types_that_refer_to_each_other_beyond_reason_are_refused()
    {
        var branches = Enumerable.Range(0, 5000).Select(i =>
            $$"""{"type":"record","name":"R{{i}}","fields":[{{(i == 0 ? "" : $$"""{"name":"f","type":"R{{i - 1}}"}""")}}]}""");
        var faults = new List<string>();
        Assert.Null(AvroSchemaReader.Read($"[{string.Join(',', branches)}]", faults, strict: false));
        Assert.Contains("is nested deeper than 200", faults[0]);
    }

    // The texts and numbers are those of the specification's own test data, recomputed here by hand for the first.
    [Theory]
    [InlineData("\"null\"", "\"null\"", 7195948357588979594)]
    [InlineData("""{"type":"boolean"}""", "\"boolean\"", -6970731678124411036)]
    [InlineData("""{"type":"fixed","name":"foo","namespace":"x.y","doc":"d","size":15}""",
        """{"name":"x.y.foo","type":"fixed","size":15}""", null)]
    [InlineData("""{"type":"record","name":"foo","doc":"d","fields":[{"type":["null","foo"],"name":"f","default":null}]}""",
        """{"name":"foo","type":"record","fields":[{"name":"f","type":["null","foo"]}]}""", null)]
    public void The_canonical_form_is_the_specifications(string schema, string canonical, long? fingerprint)
    {
        var type = AvroSchemaReader.ReadWriters(schema);
        Assert.Equal(canonical, CanonicalForm.Of(type));
        if (fingerprint is { } number) Assert.Equal(number, (long)CanonicalForm.Fingerprint(type));
    }

    [Fact]
    public void A_name_without_a_namespace_has_that_of_what_it_stands_in()
    {
        var type = AvroSchemaReader.ReadWriters("""
            {"type":"record","name":"a.b.R","fields":[
              {"name":"e","type":{"type":"enum","name":"E","symbols":[]}},{"name":"f","type":{"type":"fixed","name":"F","namespace":"","size":1}},
              {"name":"again","type":"E"},{"name":"full","type":"a.b.E"}]}
            """);
        Assert.Equal(["a.b.E", "F", "a.b.E", "a.b.E"], type.Fields.Select(each => each.Type.Name));
    }
}

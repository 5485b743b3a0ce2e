using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Records of which each item of a list is a row.</summary>
public sealed class RowsTests
{
    private const string Schema = """
        {"type":"record","name":"Request","fields":[
          {"name":"id","type":"string"},
          {"name":"imp","type":["null",{"type":"array","items":{"type":"record","name":"Imp","fields":[
            {"name":"id","type":"string"},{"name":"w","type":["null","int"]},{"name":"ext","type":{"type":"map","values":"string"}}]}}]},
          {"name":"site","type":"string"}]}
        """;

    private static readonly DatasetContract Contract = GivenAvro.Contract(
        new(null, RowsOf: "imp"),
        new("request", new(ColumnKind.String), ["id"], Required: true),
        new("imp", new(ColumnKind.String), ["imp.id"], Required: true, MaxLength: 4),
        new("w", new(ColumnKind.Int64), ["imp.w"]),
        new("site", new(ColumnKind.String), ["site"]),
        new("ext", new(ColumnKind.Json), ["imp.ext"]),
        new("whole", new(ColumnKind.Json), ["imp"]),
        new("rest", new(ColumnKind.Json), ["."]));

    [Fact]
    public void Each_item_is_a_row_with_what_the_record_says()
    {
        var decoded = GivenAvro.Decode(Contract, Schema, Request("r1", "a", "b"), Request("r2", "c"));
        Assert.Empty(decoded.Rejections);
        Assert.Equal(3, decoded.Records);
        Assert.Equal([0L, 0L, 1L], decoded.Batch.Positions.Values.ToArray());
        Assert.Equal(["r1 a 1 s", "r1 b 2 s", "r2 c 1 s"], Enumerable.Range(0, 3).Select(row =>
            $"{decoded["request", row]} {decoded["imp", row]} {decoded["w", row]} {decoded["site", row]}"));
        Assert.Equal("""{"k":"b"}""", decoded["ext", 1]);
        Assert.Equal("""{"id":"b","w":2,"ext":{"k":"b"}}""", decoded["whole", 1]);
        Assert.Equal("""{"id":"r1","site":"s"}""", decoded["rest", 1]);
    }

    [Fact]
    public void A_record_without_items_gives_no_rows_and_is_no_fault()
    {
        var decoded = GivenAvro.Decode(Contract, Schema, Request("r1"), new AvroBytes().Text("r2").Long(0).Text("s"));
        Assert.Equal((0, 0, 0), (decoded.Records, decoded.Batch.Rows, decoded.Rejections.Count));
    }

    [Fact]
    public void An_item_that_is_refused_leaves_its_neighbours()
    {
        var decoded = GivenAvro.Decode(Contract, Schema, Request("r1", "a", "too long", "c"));
        Assert.Equal((3, 2), (decoded.Records, decoded.Batch.Rows));
        Assert.Equal((RejectionCode.TooLong, "imp.id"), Assert.Single(decoded.Rejections.Select(each => (each.Code, each.Field))));
        Assert.Equal(("a", "c"), (decoded["imp"], decoded["imp", 1]));
    }

    [Fact]
    public void A_record_whose_bytes_are_wrong_behind_the_list_gives_no_rows_of_it()
    {
        var cut = Request("r1", "a", "b").ToArray()[..^1];
        var decoded = GivenAvro.Decode(Contract, Schema, new AvroBytes().Raw(cut), Request("r2", "c"));
        Assert.Equal((2, 1), (decoded.Records, decoded.Batch.Rows));
        Assert.Equal((RejectionCode.MalformedAvro, 0L), Assert.Single(decoded.Rejections.Select(each => (each.Code, each.Position))));
    }

    [Fact]
    public void Many_items_are_more_than_one_group_of_rows()
    {
        var decoded = GivenAvro.Decode(Contract, Schema, Request("r1", [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]), Request("r2", "x"));
        Assert.Equal(1001, decoded.Batch.Rows);
        Assert.All(Enumerable.Range(0, 1000), row => Assert.Equal(($"{row}", "s", """{"id":"r1","site":"s"}"""), (decoded["imp", row], decoded["site", row], decoded["rest", row])));
        Assert.Equal("r2", decoded["request", 1000]);
    }

    [Fact]
    public void A_writer_without_the_list_is_refused_and_says_so()
    {
        var decoded = GivenAvro.Decode(Contract, GivenAvro.Schema("\"long\""), new AvroBytes().Long(1));
        var rejection = Assert.Single(decoded.Rejections);
        Assert.Equal((RejectionCode.SchemaMismatch, "imp"), (rejection.Code, rejection.Field));
        Assert.Equal("The writer's schema has no list 'imp', of which rows are made.", rejection.Message);
    }

    [Fact]
    public void A_list_of_something_else_in_one_branch_refuses_that_record_only()
    {
        var schema = Schema.Replace("[\"null\",{", "[\"string\",{", StringComparison.Ordinal);
        var decoded = GivenAvro.Decode(Contract, schema, new AvroBytes().Text("r1").Long(0).Text("none").Text("s"), Request("r2", "c"));
        Assert.Equal((RejectionCode.SchemaMismatch, "imp"), Assert.Single(decoded.Rejections.Select(each => (each.Code, each.Field))));
        Assert.Equal("r2", decoded["request"]);
    }

    private static AvroBytes Request(string id, params string[] items)
    {
        var datum = new AvroBytes().Text(id).Long(1);
        if (items.Length != 0) datum.Long(items.Length);
        for (var i = 0; i < items.Length; i++) datum.Text(items[i]).Long(1).Long(i + 1).Long(1).Text("k").Text(items[i]).Long(0);
        return datum.Long(0).Text("s");
    }
}

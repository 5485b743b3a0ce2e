using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rows;

namespace Pipeline.Tests.Unit.Transforms.Rows;

public sealed class RowFilterTests : IRejectionSink
{
    private const string Values = """{"s":"test-7","i":7,"d":1.5,"f":-2.5,"t":"2026-03-01T00:00:00Z","b":true}""";

    private readonly List<Rejection> refused = [];

    [Theory]
    [InlineData("s", FilterTest.StartsWith, "test-", true)]
    [InlineData("s", FilterTest.StartsWith, "Test-", false)]
    [InlineData("s", FilterTest.EndsWith, "-7", true)]
    [InlineData("s", FilterTest.In, "x,test-7", true)]
    [InlineData("s", FilterTest.NotIn, "x,test-7", false)]
    [InlineData("s", FilterTest.NotIn, "x", true)]
    [InlineData("i", FilterTest.In, "6,7", true)]
    [InlineData("i", FilterTest.NotIn, "6,7", false)]
    [InlineData("i", FilterTest.LessThan, "7", false)]
    [InlineData("i", FilterTest.LessThan, "8", true)]
    [InlineData("i", FilterTest.GreaterThan, "-1", true)]
    [InlineData("d", FilterTest.GreaterThan, "1.4999", true)]
    [InlineData("d", FilterTest.LessThan, "1.5", false)]
    [InlineData("f", FilterTest.LessThan, "-2.4", true)]
    [InlineData("t", FilterTest.LessThan, "2026-03-01T00:00:01Z", true)]
    [InlineData("day", FilterTest.GreaterThan, "2026-02-28", true)]
    [InlineData("b", FilterTest.IsNull, "", false)]
    [InlineData("missing", FilterTest.IsNull, "", true)]
    [InlineData("missing", FilterTest.NotIn, "x", false)]
    [InlineData("missing", FilterTest.StartsWith, "", false)]
    public void A_row_goes_by_what_the_filter_asks(string column, FilterTest test, string values, bool dropped)
    {
        var batch = Decode(new FilterSpec("rule", column, test, values.Split(',')), out var filters);
        Assert.Equal(dropped ? 0 : 1, filters.Keep(batch).Rows);
        if (!dropped) Assert.Empty(refused);
        else Assert.Equal((RejectionCode.Filtered, "rule", 5L, 0), Seen(Assert.Single(refused)));
    }

    [Fact]
    public void What_stays_is_whole_and_in_order()
    {
        var contract = Contract(new FilterSpec("odd", "i", FilterTest.In, ["1", "3"]), new FilterSpec("none", "s", FilterTest.IsNull, []));
        var batch = RecordBatches.For(contract);
        var records = ((string[])["""{"i":1}""", """{"i":2,"s":"b"}""", """{"i":4}""", """{"i":3,"s":"c"}""", """{"i":5,"s":"d"}"""])
            .Select((json, i) => Given.Record(i + 10, json));
        new JsonDecoder(JsonDecodePlan.Compile(contract)).Decode(Given.Block(records), batch, this, new());
        var kept = RowFilters.Of(contract, this)!.Keep(batch);
        Assert.Equal([11, 14], kept.Positions.Values.ToArray());
        Assert.Equal(["odd 10", "none 12", "odd 13"], refused.Select(each => $"{each.Field} {each.Position}"));
    }

    void IRejectionSink.Refuse(in Rejection rejection) => refused.Add(rejection);

    private static (RejectionCode, string, long, int) Seen(Rejection rejection) =>
        (rejection.Code, rejection.Field, rejection.Position, rejection.Record.Length);

    private RecordBatch Decode(FilterSpec filter, out RowFilters filters)
    {
        var contract = Contract(filter);
        var batch = RecordBatches.For(contract);
        new JsonDecoder(JsonDecodePlan.Compile(contract)).Decode(Given.Block(Given.Record(5, Values)), batch, this, new());
        filters = RowFilters.Of(contract, this)!;
        return batch;
    }

    private static DatasetContract Contract(params FilterSpec[] filters) => Given.Contract(
        new("s", new(ColumnKind.String), ["s"]), new("i", new(ColumnKind.Int64), ["i"]), new("d", new(ColumnKind.Decimal, 18, 4), ["d"]),
        new("f", new(ColumnKind.Float64), ["f"]), new("t", new(ColumnKind.Timestamp), ["t"]), new("b", new(ColumnKind.Bool), ["b"]),
        new("day", new(ColumnKind.Date), [], new(DerivationKind.Date, "t")), new("missing", new(ColumnKind.String), ["missing"])) with
    { Filters = filters };
}

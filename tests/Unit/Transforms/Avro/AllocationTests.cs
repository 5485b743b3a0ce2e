using Pipeline.Domain.Datasets;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>A record that is accepted allocates nothing.</summary>
public sealed class AllocationTests
{
    private const string Schema = """
        {"type":"record","name":"R","fields":[{"name":"s","type":["null","string"]},{"name":"n","type":"long"},{"name":"d","type":"double"},
        {"name":"m","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}},{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"l","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"w","type":"int"}]}}},{"name":"u","type":{"type":"map","values":"string"}}]}
        """;

    [Fact]
    public void A_record_that_is_accepted_allocates_nothing()
    {
        var contract = GivenAvro.Contract(
            new(null, RowsOf: "l"), new("s", new(ColumnKind.String), ["s"]), new("n", new(ColumnKind.Int64), ["n"]), new("d", new(ColumnKind.Float64), ["d"]),
            new("m", new(ColumnKind.Decimal, 9, 3), ["m"]), new("t", new(ColumnKind.Timestamp), ["t"]), new("day", new(ColumnKind.Date), [], new(DerivationKind.Date, "t")),
            new("w", new(ColumnKind.Int64), ["l.w"]), new("rest", new(ColumnKind.Json), ["."]));
        var datum = new AvroBytes().Long(1).Text("text").Long(5).Double(0.1).Bytes(1, 2).Long(1_700_000_000_000).Long(2).Long(1).Long(2).Long(0)
            .Long(1).Text("k").Text("grün").Long(0).ToArray();
        var block = Given.Block(Enumerable.Range(0, 5_000).Select(i => Given.Record(i, AvroBytes.Registered(GivenAvro.Id, datum))));
        using var decoder = BlockDecoders.For(contract, null, new Schemas { [AvroSchemaName.OfId(GivenAvro.Id)] = Schema });
        var (batch, rejections, unknown) = (RecordBatches.For(contract), new RejectionList(), new UnknownFieldCounter());
        batch.Shard = Given.Shard;
        decoder.Decode(block, batch, rejections, unknown);

        var allocated = Allocations.OfPass(() =>
        {
            batch.Clear();
            decoder.Decode(block, batch, rejections, unknown);
        });

        Assert.Equal((10_000, 0), (batch.Rows, rejections.Count));
        Assert.InRange(allocated, 0, 1_000);
    }
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Warehouse;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class PublicationBalanceTests
{
    private static readonly SourceSpec Slots = new(SourceKind.Kafka, "orders", RecordFormat.Avro) { Avro = new(null, false, "imp") };

    [Fact]
    public void A_record_is_a_row_unless_its_rows_are_made_item_by_item()
    {
        var attempt = new PublicationAttempt(
            new(1, "orders", 1, 100), 1, [new(1, "orders", new("orders-0", 1), new(0, 2), "key", Records: 2, RawBytes: 100)]);
        var five = Given.Result(5);
        Assert.Throws<InvalidOperationException>(() => PublicationBalance.Require(attempt, five, Given.Orders));
        PublicationBalance.Require(attempt, five, Given.Orders with { Source = Slots });
        Assert.Throws<InvalidOperationException>(() => PublicationBalance.Require(
            attempt, five with { Counts = new(6, 5, 0, 0) }, Given.Orders with { Source = Slots }));
    }
}

using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Segments;
using Pipeline.Sources.Kafka;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Sources;

public sealed class LandKafkaBatchTests
{
    private static readonly TopicPartition Source = new("topic", 0);

    private readonly InMemoryKafka kafka = new();
    private readonly InMemoryLandingLedger ledger = new(TimeProvider.System);
    private readonly MemoryObjectStore store = new();

    [Fact]
    public async Task A_batch_becomes_one_segment_with_its_bytes()
    {
        Append(3);
        await DeliverAsync(0, 3);

        Assert.Equal([new PositionRange(0, 3)], ledger.Segments.Select(segment => segment.Positions));
        Assert.Equal(["r0", "r1", "r2"], await LandedAsync());
    }

    [Fact]
    public async Task A_redelivery_with_other_boundaries_lands_only_what_is_new()
    {
        Append(10);
        await DeliverAsync(0, 6);
        await DeliverAsync(3, 10);
        await DeliverAsync(0, 10);

        Assert.Equal([new PositionRange(0, 6), new PositionRange(6, 10)], ledger.Segments.Select(segment => segment.Positions));
        Assert.Equal(10, (await LandedAsync()).Count);
    }

    [Fact]
    public async Task Offsets_the_trigger_skipped_are_read_from_the_broker()
    {
        Append(10);
        await DeliverAsync(0, 2);
        await DeliverAsync(7, 10);

        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task The_first_delivery_reads_what_came_before_it()
    {
        Append(5);
        await DeliverAsync(4, 5);

        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task Offsets_without_records_are_covered_and_no_loss()
    {
        Append(2);
        kafka.AppendHole();
        Append(2);
        await DeliverAsync(0, 5);

        Assert.Equal(5, ledger.Segments.Sum(segment => segment.Positions.Length));
        Assert.DoesNotContain(ledger.Segments, segment => segment.IsVoid);
        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task A_topic_of_transactions_is_read_back_once_for_each_delivery_and_not_for_each_marker()
    {
        for (var delivery = 0; delivery < 3; delivery++)
        {
            var from = kafka.High;
            for (var transaction = 0; transaction < 20; transaction++)
            {
                Append(2);
                kafka.AppendHole();
            }

            await DeliverAsync(from, kafka.High);
        }

        // The marker behind a delivery's last record is a hole of the next one; behind the last there is none yet.
        Append(1);
        await DeliverAsync(kafka.High - 1, kafka.High);
        Assert.Equal(4, kafka.Reads);
        Assert.DoesNotContain(ledger.Segments, segment => segment.IsVoid);
        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task Holes_before_and_between_what_was_delivered_are_read_at_once()
    {
        Append(10);
        kafka.Low = 3;
        await DeliverAsync(kafka, [.. kafka.Records.Where(record => record.Position is 4 or 5 or 8 or 9)]);

        Assert.Equal(1, kafka.Reads);
        Assert.Equal([new PositionRange(3, 10)], ledger.Segments.Select(segment => segment.Positions));
        Assert.Equal(["r3", "r4", "r5", "r6", "r7", "r8", "r9"], await LandedAsync());
    }

    [Fact]
    public async Task Offsets_the_broker_has_dropped_are_recorded_as_void()
    {
        Append(10);
        await DeliverAsync(0, 2);
        kafka.Low = 6;
        await DeliverAsync(8, 10);

        Assert.Equal([new PositionRange(2, 6)], ledger.Segments.Where(segment => segment.IsVoid).Select(segment => segment.Positions));
        Assert.Equal(["r0", "r1", "r6", "r7", "r8", "r9"], await LandedAsync());
    }

    [Fact]
    public async Task What_was_delivered_is_landed_though_the_broker_has_dropped_it_since()
    {
        Append(10);
        await DeliverAsync(0, 2);
        var delivered = kafka.Records.Where(record => record.Position is 3 or 5 or 6 or 9).ToList();
        kafka.Low = 8;
        await DeliverAsync(kafka, delivered);

        Assert.Equal(
            [new PositionRange(2, 3), new PositionRange(4, 5), new PositionRange(7, 8)],
            ledger.Segments.Where(segment => segment.IsVoid).Select(segment => segment.Positions));
        Assert.Equal(["r0", "r1", "r3", "r5", "r6", "r8", "r9"], await LandedAsync());
    }

    [Fact]
    public async Task A_topic_that_shrank_stops_its_shard()
    {
        Append(10);
        await DeliverAsync(0, 10);
        var recreated = new InMemoryKafka();
        recreated.Append("other");
        await DeliverAsync(recreated, 0, 1);

        Assert.Contains("recreated or truncated", (await ledger.CursorsAsync("d", TestContext.Current.CancellationToken))[0].StoppedReason);
        Assert.Equal(10, ledger.Segments.Sum(segment => segment.Records));
    }

    [Fact]
    public async Task A_recreated_topic_that_has_grown_again_stops_its_shard()
    {
        Append(3);
        await DeliverAsync(0, 3);
        var recreated = new InMemoryKafka();
        for (var i = 0; i < 5; i++) recreated.Append("other", timestampMs: 99);
        await DeliverAsync(recreated, 0, 5);

        Assert.Contains("was recreated", (await ledger.CursorsAsync("d", TestContext.Current.CancellationToken))[0].StoppedReason);
        Assert.Equal(3, ledger.Segments.Sum(segment => segment.Records));
    }

    [Fact]
    public async Task A_new_generation_reads_the_topic_from_its_start()
    {
        Append(3);
        await DeliverAsync(0, 3);
        await ledger.RaiseGenerationAsync("d", null, TestContext.Current.CancellationToken);
        await DeliverAsync(2, 3);

        Assert.Equal([0, 1], ledger.Segments.Select(segment => segment.Shard.Generation).Distinct());
        Assert.Equal(6, (await LandedAsync()).Count);
    }

    [Fact]
    public async Task A_worker_that_was_overtaken_lands_nothing_twice()
    {
        Append(6);
        var overtaken = false;
        ledger.BeforeLand = async () =>
        {
            if (overtaken) return;
            overtaken = true;
            await DeliverAsync(0, 4);
        };
        await DeliverAsync(0, 6);

        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task A_hole_larger_than_a_segment_is_landed_in_portions()
    {
        for (var i = 0; i < 100; i++) kafka.Append(new string('x', 100));
        await DeliverAsync(99, 100);

        Assert.True(ledger.Segments.Count > 5);
        await AssertAllLandedOnceAsync();
    }

    [Fact]
    public async Task What_a_trigger_skipped_at_the_end_of_the_log_is_caught_up()
    {
        Append(4);
        await new CatchUpKafka(ledger, kafka, Stretches(kafka), Landing(), TimeProvider.System, NullLogger<CatchUpKafka>.Instance).RunAsync("d", "topic", TestContext.Current.CancellationToken);

        await AssertAllLandedOnceAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_deliveries_land_every_record_once(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            for (var i = random.Next(20); i > 0; i--)
            {
                if (random.Next(10) == 0) kafka.AppendHole();
                else kafka.Append($"r{kafka.High}");
            }

            var from = random.NextInt64(kafka.High + 1);
            await DeliverAsync(from, from + random.NextInt64(kafka.High - from + 1));
        }

        await DeliverAsync(kafka.High - 1, kafka.High);
        kafka.Append("last");
        await DeliverAsync(kafka.High - 1, kafka.High);
        await AssertAllLandedOnceAsync();
    }

    private void Append(int records)
    {
        for (var i = 0; i < records; i++) kafka.Append($"r{kafka.High}");
    }

    private Task DeliverAsync(long from, long to) => DeliverAsync(kafka, from, to);

    private Task DeliverAsync(InMemoryKafka broker, long from, long to) =>
        DeliverAsync(broker, [.. broker.Records.Where(record => record.Position >= from && record.Position < to)]);

    private Task DeliverAsync(InMemoryKafka broker, IReadOnlyList<RawRecord> records) =>
        new LandKafkaBatch(ledger, Stretches(broker), Landing(), TimeProvider.System, NullLogger<LandKafkaBatch>.Instance).RunAsync(
            "d", new Dictionary<TopicPartition, IReadOnlyList<RawRecord>> { [Source] = records }, TestContext.Current.CancellationToken);

    private KafkaStretches Stretches(InMemoryKafka broker) => new(broker, ledger, new KafkaLandingLimits(1000));

    private SegmentLanding Landing() => new(store, new KafkaLandingLimits(1000));

    private async Task AssertAllLandedOnceAsync()
    {
        var next = ledger.Segments[0].Positions.First;
        foreach (var segment in ledger.Segments)
        {
            Assert.Equal(next, segment.Positions.First);
            next = segment.Positions.Next;
        }

        Assert.Equal(kafka.High, next);
        Assert.Equal([.. kafka.Records.Select(record => Encoding.UTF8.GetString(record.Value.Span))], await LandedAsync());
    }

    private async Task<IReadOnlyList<string>> LandedAsync()
    {
        var values = new List<string>();
        foreach (var segment in ledger.Segments.Where(segment => !segment.IsVoid))
        {
            using var reader = new SegmentReader();
            await using var stream = await store.OpenReadAsync(segment.ObjectKey, TestContext.Current.CancellationToken);
            reader.Open(stream);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } block)
                for (var i = 0; i < block.Count; i++) values.Add(Encoding.UTF8.GetString(block.Value(i).Span));
        }

        return values;
    }
}

using System.Text;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class SegmentTests
{
    private static readonly RawRecord[] Some =
    [
        new(5, 1000, Encoding.UTF8.GetBytes("key"), true, Encoding.UTF8.GetBytes("first"), true),
        new(6, 990, default, false, default, false),
        new(9, 1001, Array.Empty<byte>(), true, Array.Empty<byte>(), true),
        new(10, -5, default, false, "with\na line feed"u8.ToArray(), true),
    ];

    [Fact]
    public async Task Every_record_comes_back_as_it_was_delivered() => Assert.Equal(Text(Some), await ReadAsync(Given.Segment(Some)));

    [Fact]
    public async Task An_empty_segment_holds_no_records() => Assert.Empty(await ReadAsync(Given.Segment()));

    [Fact]
    public void The_same_records_give_the_same_bytes()
    {
        using var writer = new SegmentWriter();
        byte[] Write()
        {
            writer.Reset();
            foreach (var record in Some) writer.Append(record);
            return writer.Finish().ToArray();
        }
        Assert.Equal(Write(), Write());
    }

    [Fact]
    public void The_writer_counts_what_the_ledger_needs()
    {
        using var writer = new SegmentWriter();
        foreach (var record in Some) writer.Append(record);
        Assert.Equal((4, 21L, 10L, -5L), (writer.Records, writer.RawBytes, writer.LastPosition, writer.LastTimestampMs));
    }

    [Fact]
    public async Task Blocks_are_bounded_and_a_huge_record_makes_one_of_its_own()
    {
        var large = new byte[SegmentFormat.BlockBytes / 2 - 1];
        var huge = new byte[SegmentFormat.BlockBytes * 2];
        var tiny = Enumerable.Repeat(Array.Empty<byte>(), SegmentFormat.BlockRecords + 1);
        byte[][] values = [large, large, [1], huge, .. tiny];
        using var reader = new SegmentReader();
        reader.Open(new MemoryStream(Given.Segment(values.Select((value, i) => Given.Record(i, value)))));
        var counts = new List<int>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } block) counts.Add(block.Count);
        Assert.Equal([2, 1, 1, SegmentFormat.BlockRecords, 1], counts);
        Assert.Equal(values.Length, reader.Records);
        Assert.Equal(values.Sum(value => (long)value.Length), reader.RawBytes);
    }

    [Fact]
    public async Task Random_records_come_back_whatever_their_sizes_and_gaps()
    {
        const int seed = 20_261;
        var random = new Random(seed);
        var position = 0L;
        var records = Enumerable.Range(0, 20_000).Select(_ => new RawRecord(
            position += random.Next(3) == 0 ? random.NextInt64(1, 1L << 40) : 1, random.NextInt64(), Bytes(random, 20), random.Next(2) == 0,
            Bytes(random, 300), true)).Select(record => record.HasKey ? record : record with { Key = default }).ToArray();
        Assert.Equal(Text(records), await ReadAsync(Given.Segment(records)));
    }

    [Fact]
    public async Task Any_changed_byte_is_noticed()
    {
        var whole = Given.Segment(Some);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(damaged));
            Assert.Matches("^The segment is damaged at byte [0-9]+: .+[.]$", error.Message);
        }
    }

    [Fact]
    public async Task Any_cut_and_any_addition_is_noticed()
    {
        var whole = Given.Segment(Some);
        for (var length = 0; length < whole.Length; length++)
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(whole[..length]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([.. whole, 0]));
    }

    [Fact]
    public async Task A_block_that_is_left_out_or_repeated_is_noticed()
    {
        var random = new Random(1);
        var records = Enumerable.Range(0, 3).Select(i => Given.Record(i, Bytes(random, SegmentFormat.BlockBytes * 2))).ToArray();
        var whole = Given.Segment(records);
        var first = SegmentFormat.FileHeaderBytes;
        var second = Given.Segment(records[0]).Length - SegmentFormat.TrailerBytes;
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([.. whole[..first], .. whole[second..]]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([.. whole[..second], .. whole[first..]]));
    }

    [Fact]
    public void Positions_must_ascend()
    {
        using var writer = new SegmentWriter();
        writer.Append(Given.Record(7, "a"));
        var error = Assert.Throws<ArgumentException>(() => writer.Append(Given.Record(7, "b")));
        Assert.Equal("Position 7 does not follow 7; records come in position order, each once.", error.Message);
    }

    private static readonly ReadOnlyMemory<byte>? Nothing = null;

    private static byte[] Bytes(Random random, int longest)
    {
        var bytes = new byte[random.Next(longest)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static List<string> Text(RawRecord[] records) => [.. records.Select(record => Line(
        record.Position, record.TimestampMs, record.HasKey ? record.Key : Nothing, record.HasValue ? record.Value : Nothing))];

    private static string Line(long position, long timestamp, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value) =>
        $"{position} {timestamp} {(key is { } k ? Convert.ToHexString(k.Span) : "no key")} {(value is { } v ? Convert.ToHexString(v.Span) : "no value")}";

    private static async Task<List<string>> ReadAsync(byte[] segment)
    {
        var lines = new List<string>();
        using var reader = new SegmentReader();
        reader.Open(new MemoryStream(segment));
        while (await reader.ReadAsync(default) is { } block)
        {
            for (var i = 0; i < block.Count; i++)
                lines.Add(Line(block.Positions[i], block.TimestampsMs[i], block.Key(i), block.Lengths[i] < 0 ? Nothing : block.Value(i)));
        }
        return lines;
    }
}

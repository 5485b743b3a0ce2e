using Pipeline.Parquet.Encoding;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class HybridRunsTests
{
    [Fact]
    public void A_repeated_value_is_one_run()
    {
        var bytes = new ByteBuffer();
        HybridRuns.Write(Enumerable.Repeat(300, 1000).ToArray(), bitWidth: 9, bytes);
        Assert.Equal("D00F2C01", Convert.ToHexString(bytes.Written));     // varint(1000 << 1), 300 in two bytes
    }

    [Fact]
    public void Eight_values_pack_from_the_lowest_bit_on()
    {
        var bytes = new ByteBuffer();
        HybridRuns.Write([0, 1, 2, 3, 4, 5, 6, 7], bitWidth: 3, bytes);
        Assert.Equal("0388C6FA", Convert.ToHexString(bytes.Written));     // the format's own example
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(24)]
    [InlineData(31)]
    public void Any_numbers_come_back(int bitWidth)
    {
        var random = new Random(bitWidth);
        for (var table = 0; table < 50; table++)
        {
            var values = Runs(random, random.Next(2000), () => (int)random.NextInt64(1L << bitWidth));
            var bytes = new ByteBuffer();
            HybridRuns.Write(values, bitWidth, bytes);
            Assert.Equal(values, Decode(bytes.Written, bitWidth, values.Length));
        }
    }

    [Fact]
    public void Any_levels_come_back()
    {
        var random = new Random(1);
        for (var table = 0; table < 200; table++)
        {
            var levels = Runs(random, random.Next(2000), () => random.Next(2));
            var bytes = new ByteBuffer();
            HybridRuns.WriteLevels(levels.Select(level => (byte)level).ToArray(), bytes);
            Assert.Equal(levels, Decode(bytes.Written, 1, levels.Length));
        }
    }

    // Values alone and in runs of up to 100.
    private static int[] Runs(Random random, int count, Func<int> next)
    {
        var values = new List<int>();
        while (values.Count < count) values.AddRange(Enumerable.Repeat(next(), random.Next(3) == 0 ? random.Next(1, 100) : 1));
        return [.. values.Take(count)];
    }

    // Written from the format's text, bit by bit.
    private static int[] Decode(ReadOnlySpan<byte> bytes, int bitWidth, int count)
    {
        var values = new List<int>();
        var at = 0;
        while (values.Count < count)
        {
            var header = 0;
            for (var shift = 0; ; shift += 7)
            {
                header |= (bytes[at] & 0x7F) << shift;
                if ((bytes[at++] & 0x80) == 0) break;
            }

            if ((header & 1) == 0)
            {
                var value = 0;
                for (var i = 0; i < (bitWidth + 7) / 8; i++) value |= bytes[at++] << (8 * i);
                values.AddRange(Enumerable.Repeat(value, header >> 1));
                continue;
            }

            for (var i = 0; i < (header >> 1) * 8; i++)
            {
                var value = 0;
                for (var bit = 0; bit < bitWidth; bit++)
                    value |= (bytes[at + (i * bitWidth + bit) / 8] >> ((i * bitWidth + bit) % 8) & 1) << bit;
                values.Add(value);
            }

            at += (header >> 1) * bitWidth;
        }

        Assert.Equal(bytes.Length, at);
        return [.. values.Take(count)];
    }
}

using Pipeline.Domain.Publications;
using Pipeline.Transforms.Rows;

namespace Pipeline.Tests.Unit.Transforms.Rows;

public sealed class KeyTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_answers_as_a_list_of_all_keys_does(int seed)
    {
        var random = new Random(seed);
        var table = new KeyTable(windowMicros: 50);
        var oracle = new List<RowKey>();
        for (var i = 0; i < 5_000; i++)
        {
            // Few hashes, many times; the lower bits alike, so that they meet in the slots.
            var key = new RowKey((UInt128)random.Next(200) << 64 | (uint)random.Next(3), random.Next(2_000), i);
            var isNew = !oracle.Exists(known => known.Hash == key.Hash && Math.Abs(known.EventMicros - key.EventMicros) <= 50);
            if (isNew) oracle.Add(key);
            Assert.Equal(isNew, table.Add(key));
        }
        Assert.Equal(oracle, table);
    }

    [Fact]
    public void It_grows_beyond_its_first_pieces()
    {
        var table = new KeyTable(windowMicros: 0);
        for (var i = 0; i < 200_000; i++) Assert.True(table.Add(new((UInt128)i * 0x9E3779B97F4A7C15, 0, i)));
        for (var i = 0; i < 200_000; i += 1_111) Assert.False(table.Add(new((UInt128)i * 0x9E3779B97F4A7C15, 0, -1)));
        Assert.Equal((200_000, 199_999L), (table.Count, table[199_999].Owner));
    }
}

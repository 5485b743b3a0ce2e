using System.Text;
using Pipeline.Sources.GoogleAds;

namespace Pipeline.Tests.Unit.Sources.GoogleAds;

/// <summary>Batches are cut out of the stream as they were sent, however it arrives.</summary>
public sealed class StreamedListTests
{
    private const string First = """{"results":[{"a":"]}\\\""},{"b":[1,{"c":2}]}],"fieldMask":"x"}""";
    private const string Second = """{"results":[]}""";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Every_batch_is_handed_on_whole(int chunk) =>
        Assert.Equal((true, $"{First}|{Second}"), await ReadAsync($"[{First}\n,\r\n{Second}\n]\n", chunk));

    [Fact]
    public async Task A_batch_larger_than_the_buffer_is_whole_too()
    {
        var large = $$"""{"results":["{{new string('x', 300_000)}}"]}""";

        Assert.Equal((true, $"{large}|{Second}"), await ReadAsync($"[{large},{Second}]", 7_000));
    }

    [Fact]
    public async Task A_stream_that_is_cut_anywhere_says_so()
    {
        var whole = $"[{First},{Second}]";
        for (var length = 0; length < whole.Length; length++)
        {
            var (ended, batches) = await ReadAsync(whole[..length], 5);

            Assert.False(ended, $"cut at {length}");
            Assert.Contains(batches, new[] { "", First, $"{First}|{Second}" });
        }
    }

    [Fact]
    public async Task A_body_that_is_one_object_is_one_batch() => Assert.Equal((true, First), await ReadAsync(First, 10));

    [Fact]
    public async Task An_empty_list_has_no_batches() => Assert.Equal((true, ""), await ReadAsync("[]", 1));

    private static async Task<(bool Ended, string Batches)> ReadAsync(string body, int chunk)
    {
        var batches = new List<string>();
        var ended = await StreamedList.ReadAsync(
            new Chunked(Encoding.UTF8.GetBytes(body), chunk), batch => batches.Add(Encoding.UTF8.GetString(batch.Span)), TestContext.Current.CancellationToken);
        return (ended, string.Join('|', batches));
    }

    private sealed class Chunked(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}

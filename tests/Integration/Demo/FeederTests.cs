using System.Text;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Feeding;

namespace Pipeline.Tests.Integration.Demo;

public sealed class FeederTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-feed-").FullName;

    [Fact]
    public async Task A_record_is_the_bytes_between_line_feeds_whatever_they_are()
    {
        var read = await FeedAsync("first\r\n\n\u00ff\0 raw\nno line feed at the end"u8.ToArray(), records: 4);
        Assert.Equal(["first\r", "", "\u00ff\0 raw", "no line feed at the end"], read.Select(each => Encoding.UTF8.GetString(each.Value)));
    }

    [Fact]
    public async Task The_same_file_gives_every_record_the_same_place_again()
    {
        var file = Lines(5000, bytes: 40);
        Assert.Equal(await PlacesAsync(), await PlacesAsync());

        async Task<string> PlacesAsync() => string.Join(
            '\n', (await FeedAsync(file, 5000)).OrderBy(each => (each.TopicPartition, each.Offset))
                .Select(each => $"{each.TopicPartition} {each.Offset} {Convert.ToHexString(each.Value)}"));
    }

    [Fact]
    public async Task A_reader_that_lags_behind_loses_nothing()
    {
        // Four times what the broker keeps of one topic-partition; random bytes, so that compression does not help.
        var file = Lines(2000, bytes: 10_000);
        var read = await FeedAsync(file, records: 2000, topicPartitions: 1, batch: 100);
        Assert.Equal(Enumerable.Range(0, 2000).Select(offset => (long)offset), read.Select(each => each.Offset));
    }

    [Fact]
    public async Task A_record_of_50_MB_and_records_of_2_MB_arrive_whole()
    {
        var spaces = new string(' ', 50_000_000) + "\n";
        byte[] file = [.. Encoding.UTF8.GetBytes(spaces), .. Lines(4, 2_000_000), .. Encoding.UTF8.GetBytes(spaces), .. Lines(10, 10)];
        var read = await FeedAsync(file, records: 16, topicPartitions: 1, batch: 1);
        Assert.Equal([50_000_000, 2_000_000, 2_000_000, 2_000_000, 2_000_000, 50_000_000], read.Take(6).Select(each => each.Value.Length));
        Assert.Equal(Enumerable.Range(0, 16).Select(offset => (long)offset), read.Select(each => each.Offset));
    }

    [Theory]
    [InlineData(3_000_000, "compressed, and the Sandbox's broker carries at most 2620000")]
    [InlineData(99_000_001, "has 99000001 bytes, and the Sandbox's broker carries at most 99000000")]
    public async Task A_record_the_broker_cannot_carry_is_refused_before_anything_is_sent(int bytes, string reason)
    {
        var (feeder, cluster) = Open([.. "small\n"u8, .. Lines(1, bytes)], topicPartitions: 1);
        using (cluster)
        {
            var refused = await Assert.ThrowsAsync<FeedException>(() => feeder.RunAsync(TestContext.Current.CancellationToken));
            Assert.Contains("cannot be fed: Record 2 has", refused.Message, StringComparison.Ordinal);
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.Equal(0, feeder.Records);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused_with_its_name()
    {
        var (feeder, cluster) = Open(content: null, topicPartitions: 1);
        using (cluster)
        {
            var refused = await Assert.ThrowsAsync<FeedException>(() => feeder.RunAsync(TestContext.Current.CancellationToken));
            Assert.Contains("missing cannot be read", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_empty_file_is_fed_at_once()
    {
        var (feeder, cluster) = Open([], topicPartitions: 16);
        using (cluster) Assert.Equal(0, (await feeder.RunAsync(TestContext.Current.CancellationToken)).Records);
    }

    [Fact]
    public async Task A_feed_nobody_reads_ends_with_a_sentence()
    {
        var (feeder, cluster) = Open(Lines(1000, 10_000), topicPartitions: 1, patience: TimeSpan.FromSeconds(1));
        using (cluster)
        {
            var ended = await Assert.ThrowsAsync<FeedException>(() => feeder.RunAsync(TestContext.Current.CancellationToken));
            Assert.Contains("Group pipeline has committed nothing on user-actions for 1 s", ended.Message, StringComparison.Ordinal);
            Assert.InRange(feeder.Records, 1, 500);
        }
    }

    [Fact]
    public async Task What_was_landed_before_is_given_again_without_waiting_for_a_reader()
    {
        // 15 of 20 MB were landed: nobody reads, and the broker may drop them, until the ledger's position is reached.
        var caughtUp = Path.Combine(folder, "caught-up");
        var (feeder, cluster) = Open(Lines(2000, 10_000), topicPartitions: 1, landed: new() { [0] = 1500 }, caughtUpFile: caughtUp);
        using (cluster)
        using (var reader = new TopicReader(cluster.Bootstrap, "pipeline"))
        {
            var stopping = TestContext.Current.CancellationToken;
            var feeding = feeder.RunAsync(stopping);
            while (!File.Exists(caughtUp) && !feeding.IsCompleted) await Task.Delay(20, stopping);
            await Task.WhenAll(feeding, reader.ReadAsync("user-actions", () => reader.Read is [.., (_, 1999, _)], batch: 20, stopping));
            Assert.InRange(reader.Read[0].Offset, 1, 1500);
            Assert.Equal(2000 - reader.Read[0].Offset, reader.Read.Count);
        }
    }

    private async Task<List<(int TopicPartition, long Offset, byte[] Value)>> FeedAsync(
        byte[] content, int records, int topicPartitions = 16, int batch = 1000)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (feeder, cluster) = Open(content, topicPartitions);
        using var _ = cluster;
        using var reader = new TopicReader(cluster.Bootstrap, "pipeline");
        var reading = reader.ReadAsync("user-actions", () => reader.Read.Count == records, batch, stopping.Token);
        var feeding = feeder.RunAsync(stopping.Token);
        await Task.WhenAny(reading, feeding);
        if (feeding.IsFaulted) await stopping.CancelAsync();
        await Task.WhenAll(feeding, reading).WaitAsync(TestContext.Current.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var report = await feeding;
        await reading;
        Assert.Equal(records, report.Records);
        Assert.Equal(reader.Read.Sum(each => (long)each.Value.Length), report.Bytes);
        return reader.Read;
    }

    private (Feeder Feeder, MockKafkaCluster Cluster) Open(
        byte[]? content, int topicPartitions, Dictionary<int, long>? landed = null, string? caughtUpFile = null, TimeSpan? patience = null)
    {
        var file = Path.Combine(folder, content is null ? "missing" : "events");
        if (content is not null) File.WriteAllBytes(file, content);
        var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", topicPartitions);
        var options = new FeedOptions(
            cluster.Bootstrap, "user-actions", topicPartitions, file, "pipeline", TimestampMs: 1_700_000_000_000, landed ?? LandedPositions.None, caughtUpFile);
        if (patience is { } given) options = options with { Patience = given };
        return (new Feeder(options, TimeProvider.System, TestContext.Current.SendDiagnosticMessage), cluster);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Lines(int count, int bytes)
    {
        var random = new Random(count + bytes);
        var lines = new byte[count * (bytes + 1L)];
        random.NextBytes(lines);
        lines.AsSpan().Replace((byte)'\n', (byte)' ');
        for (var line = 1; line <= count; line++) lines[line * (bytes + 1L) - 1] = (byte)'\n';
        return lines;
    }
}

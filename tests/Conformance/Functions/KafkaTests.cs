using System.Text;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Sandbox;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>A Kafka broker of the tests of this class; each test has a topic and a group of its own.</summary>
public sealed class KafkaCluster : IDisposable
{
    private readonly MockKafkaCluster cluster = new();
    private int topics;

    public string Bootstrap => cluster.Bootstrap;

    public string NewTopic(int topicPartitions)
    {
        var topic = $"t{Interlocked.Increment(ref topics)}";
        cluster.CreateTopic(topic, topicPartitions);
        return topic;
    }

    public void Produce(string topic, int topicPartition, params string?[] values)
    {
        using var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = Bootstrap }).Build();
        foreach (var value in values)
            producer.Produce(new TopicPartition(topic, topicPartition), new Message<string, byte[]?>
            {
                Key = "k", Value = value is null ? null : Encoding.UTF8.GetBytes(value), Headers = [new Header("h", "v"u8.ToArray())],
            });
        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));
    }

    /// <summary>The group of a topic's test: the mock cluster's groups outlive their members badly, so none is used twice.</summary>
    public static string GroupOf(string topic) => $"{topic}-group";

    /// <summary>The offset the group goes on from; -1001 for none.</summary>
    public long Committed(string topic, int topicPartition)
    {
        var config = new ConsumerConfig { BootstrapServers = Bootstrap, GroupId = GroupOf(topic) };
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(config).Build();
        return consumer.Committed([new TopicPartition(topic, topicPartition)], TimeSpan.FromSeconds(30))[0].Offset.Value;
    }

    public void Dispose() => cluster.Dispose();
}

public sealed class KafkaTests(KafkaCluster cluster) : IClassFixture<KafkaCluster>
{
    [Fact]
    public async Task A_batch_spans_topic_partitions_and_its_offsets_are_committed_after_it()
    {
        var topic = cluster.NewTopic(2);
        cluster.Produce(topic, 0, "a", "b", null);
        cluster.Produce(topic, 1, "c");
        await using var host = await StartAsync(typeof(Batches), topic);
        await host.Seen.UntilAsync(lines => lines.Count == 4);
        Assert.Equal(["0/0 k=a h:v", "0/1 k=b h:v", "0/2 k= h:v", "1/0 k=c h:v"], host.Seen.Lines.Order(StringComparer.Ordinal));
        await Seen.Until(() => cluster.Committed(topic, 0), offset => offset == 3);
        await Seen.Until(() => cluster.Committed(topic, 1), offset => offset == 1);
    }

    [Fact]
    public async Task More_than_a_batch_arrives_whole_and_in_order()
    {
        var topic = cluster.NewTopic(1);
        var values = Enumerable.Range(0, 1_000).Select(value => $"{value}").ToArray();
        cluster.Produce(topic, 0, values);
        await using var host = await StartAsync(typeof(Batches), topic, """ "maxBatchSize": 7 """);
        await host.Seen.UntilAsync(lines => lines.Count >= 1_000);
        Assert.Equal(values.Select((value, offset) => $"0/{offset} k={value} h:v"), host.Seen.Lines);
    }

    [Fact]
    public async Task Heavy_messages_come_in_smaller_batches()
    {
        // The mock broker keeps 5 MB of a topic-partition.
        var topic = cluster.NewTopic(12);
        for (var topicPartition = 0; topicPartition < 12; topicPartition++)
            cluster.Produce(topic, topicPartition, [.. Enumerable.Repeat(new string('x', 900_000), 4)]);
        await using var host = await StartAsync(typeof(Sizes), topic, """ "maxBatchSize": 1000, "subscriberIntervalInSeconds": 5 """);
        await host.Seen.UntilAsync(lines => lines.Sum(int.Parse) == 48);
        Assert.All(host.Seen.Lines, line => Assert.InRange(int.Parse(line), 1, 19));   // 16 MiB, and the last message whole
        Assert.Contains("19", host.Seen.Lines);
    }

    [Fact]
    public async Task A_failed_batch_runs_again_until_it_succeeds_and_is_committed_then()
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "fail-3", "b");
        await using var host = await StartAsync(typeof(Failing), topic, """ "commitOnFailure": false, "maxRetries": -1 """);
        await host.Seen.UntilAsync(lines => lines.Count(line => line == "run of 2") == 3);
        Assert.Equal(-1001, cluster.Committed(topic, 0));
        await Seen.Until(() => cluster.Committed(topic, 0), offset => offset == 2);
        Assert.Equal(4, host.Seen.Lines.Count(line => line == "run of 2"));
        Assert.Single(host.Log.Lines, line => line is { Level: LogLevel.Error, Failure: not null });
    }

    [Theory]
    [InlineData(""" "commitOnFailure": true """, 1)]
    [InlineData(""" "commitOnFailure": false, "maxRetries": 2 """, 3)]
    public async Task A_batch_that_is_given_up_is_committed(string options, int runs)
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "fail-99");
        await using var host = await StartAsync(typeof(Failing), topic, options);
        await Seen.Until(() => cluster.Committed(topic, 0), offset => offset == 1);
        Assert.Equal(runs, host.Seen.Lines.Count);
    }

    [Fact]
    public async Task A_batch_whose_host_stopped_before_it_ended_is_delivered_again()
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "a", "b");
        await using (var first = await StartAsync(typeof(Blocking), topic, """ "commitOnFailure": false, "maxRetries": -1 """))
        {
            await first.Seen.UntilAsync(lines => lines.Contains("began a,b"));
            await first.StopAsync();
        }

        Assert.Equal(-1001, cluster.Committed(topic, 0));
        await using var second = await StartAsync(typeof(Batches), topic);
        await second.Seen.UntilAsync(lines => lines.Count == 2);
        Assert.Equal(["0/0 k=a h:v", "0/1 k=b h:v"], second.Seen.Lines);
    }

    [Fact]
    public async Task A_batch_that_ends_while_the_host_drains_is_committed()
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "a");
        var host = await StartAsync(typeof(Finishing), topic);
        await host.Seen.UntilAsync(lines => lines.Count == 1);
        await host.DisposeAsync();
        Assert.Equal(["began", "ended"], host.Seen.Lines);
        Assert.Equal(1, cluster.Committed(topic, 0));
    }

    [Fact]
    public async Task A_run_longer_than_the_poll_interval_keeps_its_place_in_the_group()
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "a");
        await using var host = await StartAsync(typeof(Long), topic, """ "maxPollIntervalMs": 4000, "sessionTimeoutMs": 4000 """);
        await host.Seen.UntilAsync(lines => lines.Contains("ended"));
        await Seen.Until(() => cluster.Committed(topic, 0), offset => offset == 1);
        Assert.Equal(["began", "ended"], host.Seen.Lines);
        Assert.DoesNotContain(host.Log.Lines, line => line.Text.Contains("revoked", StringComparison.Ordinal));
    }

    // A session shorter than the 3 s for which a new group gathers its members would end before the first assignment.
    [Fact]
    public async Task Two_hosts_share_a_topic_and_one_takes_over_what_the_other_leaves()
    {
        var topic = cluster.NewTopic(2);
        await using var first = await StartAsync(typeof(Batches), topic, """ "sessionTimeoutMs": 4000 """);
        await first.Log.UntilAsync("assigned");
        var second = await StartAsync(typeof(Batches), topic, """ "sessionTimeoutMs": 4000 """);
        await second.Log.UntilAsync($"assigned {topic} [[");
        cluster.Produce(topic, 0, "a");
        cluster.Produce(topic, 1, "b");
        await Seen.Until(() => first.Seen.Lines.Count + second.Seen.Lines.Count, count => count == 2);
        Assert.Single(first.Seen.Lines);
        await Seen.Until(() => cluster.Committed(topic, 0) + cluster.Committed(topic, 1), sum => sum == 2);
        await second.DisposeAsync();
        await Seen.Until(() => first.Log.Lines.Count(line => line.Text.EndsWith($"assigned {topic} [[0]], {topic} [[1]]")), times => times == 2);
        cluster.Produce(topic, 0, "c");
        cluster.Produce(topic, 1, "d");
        await Seen.Until(() => cluster.Committed(topic, 0) + cluster.Committed(topic, 1), sum => sum == 4);
        Assert.Single(second.Seen.Lines);
        Assert.Equal(
            ["0/0 k=a h:v", "0/1 k=c h:v", "1/0 k=b h:v", "1/1 k=d h:v"],
            first.Seen.Lines.Concat(second.Seen.Lines).Order(StringComparer.Ordinal));
    }

    // The mock cluster refuses commits while a group rebalances, which a broker takes: so here, and here alone, what ended meanwhile comes
    // again. That is also how a repeat may look to a function at any broker: never of what was committed before.
    [Fact]
    public async Task A_batch_that_runs_when_a_rebalance_begins_may_end_before_its_topic_partitions_go()
    {
        var topic = cluster.NewTopic(2);
        await using var first = await StartAsync(typeof(Gated), topic, """ "sessionTimeoutMs": 6000 """);
        cluster.Produce(topic, 0, "a");
        cluster.Produce(topic, 1, "b");
        await first.Seen.UntilAsync(lines => lines.Count > 0);
        await using var second = await StartAsync(typeof(Batches), topic, """ "sessionTimeoutMs": 6000 """);
        await first.Log.UntilAsync("the batch that runs may end first");
        first.Services.GetRequiredService<Gate>().Open.SetResult();
        await Seen.Until(() => cluster.Committed(topic, 0) + cluster.Committed(topic, 1), sum => sum == 2);
        string[] steps = ["Executed (Succeeded", "Kafka gated: revoked"];
        Assert.Equal(steps, first.Log.Lines.Select(line => steps.FirstOrDefault(line.Text.StartsWith)).OfType<string>().Take(2));
        Assert.Equal(["0/0", "1/0"], first.Seen.Lines.Concat(second.Seen.Lines).Select(line => line[..3]).Distinct().Order(StringComparer.Ordinal));
    }

    // A lane that is full for half a second pauses what it is fed from, and a pod that is added then takes some of it away.
    [Fact]
    public async Task What_is_paused_when_a_rebalance_begins_is_fetched_again_behind_it()
    {
        var topic = cluster.NewTopic(2);
        const string Options = """ "sessionTimeoutMs": 6000, "maxBatchSize": 1 """;
        await using var first = await StartAsync(typeof(Gated), topic, Options);
        cluster.Produce(topic, 0, [.. Enumerable.Range(0, 20).Select(i => $"{i}")]);
        cluster.Produce(topic, 1, [.. Enumerable.Range(0, 20).Select(i => $"{i}")]);
        await first.Seen.UntilAsync(lines => lines.Count > 0);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await using var second = await StartAsync(typeof(Batches), topic, Options);
        await first.Log.UntilAsync("the batch that runs may end first");
        first.Services.GetRequiredService<Gate>().Open.SetResult();
        await Seen.Until(() => cluster.Committed(topic, 0) + cluster.Committed(topic, 1), sum => sum == 40);
    }

    [Fact]
    public async Task A_poisonous_message_holds_up_its_own_topic_partition_alone()
    {
        var topic = cluster.NewTopic(2);
        cluster.Produce(topic, 0, "poison", "behind");
        cluster.Produce(topic, 1, "a", "b", "c");
        await using var host = await StartAsync(typeof(Singles), topic, """ "commitOnFailure": false, "maxRetries": -1, "maxBatchSize": 1 """);
        await host.Seen.UntilAsync(lines => lines.Count(line => line == "poison") >= 2 && lines.Contains("c"));
        Assert.Equal(["a", "b", "c"], host.Seen.Lines.Where(line => line != "poison"));
        await Seen.Until(() => cluster.Committed(topic, 1), offset => offset == 3);
        Assert.Equal(-1001, cluster.Committed(topic, 0));
    }

    [Fact]
    public async Task Text_and_bytes_come_with_their_positions()
    {
        var topic = cluster.NewTopic(1);
        cluster.Produce(topic, 0, "a\"", null);
        await using (var texts = await StartAsync(typeof(Texts), topic))
        {
            await texts.Seen.UntilAsync(lines => lines.Count == 2);
            Assert.StartsWith($$"""{"Offset":0,"Partition":0,"Topic":"{{topic}}","Timestamp":""", texts.Seen.Lines[0], StringComparison.Ordinal);
            Assert.EndsWith("""Value":"a\u0022","Key":"k","Headers":[{"Key":"h","Value":"dg=="}]}""", texts.Seen.Lines[0], StringComparison.Ordinal);
            Assert.Contains("\"Value\":null", texts.Seen.Lines[1], StringComparison.Ordinal);
        }

        await using var bytes = await StartAsync(typeof(Bytes), topic, group: "bytes");
        await bytes.Seen.UntilAsync(lines => lines.Count == 1);
        Assert.Equal("""2+0 bytes at [0,1] of [0,0]""", bytes.Seen.Lines[0]);
    }

    private Task<TestHost> StartAsync(Type function, string topic, string options = "", string? group = null) => TestHost.StartAsync(
        [function], $$"""{ "version": "2.0", "extensions": { "kafka": { {{options}} } } }""", new()
        {
            ["Brokers"] = cluster.Bootstrap, ["Topic"] = topic, ["Group"] = group ?? KafkaCluster.GroupOf(topic), ["LocalHost:DrainTimeout"] = "00:00:05",
        }, builder => builder.Services.AddSingleton<Gate>());

    public sealed class Batches(Seen seen)
    {
        [Function("batches")]
        public void Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records)
        {
            foreach (var record in records)
                seen.Add($"{record.Partition}/{record.Offset} {Encoding.UTF8.GetString(record.Key)}={Text(record)} "
                    + $"{record.Headers[0].Key}:{record.Headers[0].GetValueAsString()}");
        }
    }

    public sealed class Sizes(Seen seen)
    {
        [Function("sizes")]
        public void Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records) =>
            seen.Add($"{records.Length}");
    }

    public sealed class Failing(Seen seen)
    {
        private static readonly Dictionary<Seen, int> Runs = [];

        [Function("failing")]
        public void Run([KafkaTrigger("%Brokers%", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records)
        {
            seen.Add($"run of {records.Length}");
            var run = Runs[seen] = Runs.GetValueOrDefault(seen) + 1;
            if (run <= int.Parse(Text(records[0])["fail-".Length..])) throw new InvalidOperationException("the database is away");
        }
    }

    public sealed class Blocking(Seen seen)
    {
        [Function("blocking")]
        public Task Run(
            [KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records,
                CancellationToken stopping)
        {
            seen.Add($"began {string.Join(",", records.Select(Text))}");
            return Task.Delay(Timeout.Infinite, stopping);
        }
    }

    /// <summary>Lets runs end.</summary>
    public sealed class Gate
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Gated(Seen seen, Gate gate)
    {
        [Function("gated")]
        public async Task Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records)
        {
            foreach (var record in records) seen.Add($"{record.Partition}/{record.Offset}");
            await gate.Open.Task;
        }
    }

    public sealed class Finishing(Seen seen, Microsoft.Extensions.Hosting.IHostApplicationLifetime lifetime)
    {
        [Function("finishing")]
        public async Task Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records)
        {
            seen.Add("began");
            await Task.Delay(Timeout.Infinite, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.Add("ended");
        }
    }

    public sealed class Long(Seen seen)
    {
        [Function("long")]
        public async Task Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] KafkaRecord[] records)
        {
            seen.Add("began");
            await Task.Delay(TimeSpan.FromSeconds(7));
            seen.Add("ended");
        }
    }

    public sealed class Singles(Seen seen)
    {
        [Function("singles")]
        public void Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%")] KafkaRecord record)
        {
            seen.Add(Text(record));
            if (Text(record) == "poison") throw new FormatException("poison");
        }
    }

    public sealed class Texts(Seen seen)
    {
        [Function("texts")]
        public void Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%")] string message) => seen.Add(message);
    }

    public sealed class Bytes(Seen seen)
    {
        [Function("bytes")]
        public void Run([KafkaTrigger("Brokers", "%Topic%", ConsumerGroup = "%Group%", IsBatched = true)] byte[][] values,
            FunctionContext context) =>
            seen.Add($"{string.Join("+", values.Select(value => value.Length))} bytes at {context.BindingContext.BindingData["offsetArray"]} "
                + $"of {context.BindingContext.BindingData["partitionArray"]}");
    }

    private static string Text(KafkaRecord record) => record.Value is null ? "" : Encoding.UTF8.GetString(record.Value);
}

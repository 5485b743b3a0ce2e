using Confluent.Kafka;

namespace Pipeline.Tests.Integration.Demo;

/// <summary>Reads a topic as a member of the group does: commits what it has taken, batch by batch.</summary>
internal sealed class TopicReader(string brokers, string group) : IDisposable
{
    private readonly IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
    {
        BootstrapServers = brokers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        SessionTimeoutMs = 6000,
        FetchWaitMaxMs = 10,
        FetchMaxBytes = 110_000_000,
        ReceiveMessageMaxBytes = 120_000_000,
    }).Build();

    /// <summary>What was read: topic-partition, offset, value.</summary>
    public List<(int TopicPartition, long Offset, byte[] Value)> Read { get; } = [];

    /// <summary>Reads until enough came, committing after every <paramref name="batch"/> records and at the end.</summary>
    public Task ReadAsync(string topic, Func<bool> enough, int batch, CancellationToken stopping) => Task.Run(
        () =>
        {
            consumer.Subscribe(topic);
            while (!enough())
            {
                var next = consumer.Consume(stopping);
                Read.Add((next.Partition.Value, next.Offset.Value, next.Message.Value));
                if (Read.Count % batch == 0 || enough()) consumer.Commit();
            }
        },
        stopping);

    public void Dispose() => consumer.Dispose();
}

using Confluent.Kafka;
using Pipeline.Sandbox;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>Produces records to the broker of a test, round robin over the topic-partitions.</summary>
internal sealed class Producer : IDisposable
{
    private readonly IProducer<Null, byte[]> producer;
    private readonly int topicPartitions;
    private int next;

    public Producer(string brokers, int topicPartitions)
    {
        KafkaLibrary.Load();
        this.topicPartitions = topicPartitions;
        producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = brokers,
            CompressionType = CompressionType.Zstd,
            LingerMs = 20,
            QueueBufferingMaxMessages = 1_000_000,
        }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Returns when the broker has them all.</summary>
    public void Produce(string topic, IEnumerable<byte[]> records)
    {
        var failures = new List<Error>();
        foreach (var record in records)
            producer.Produce(new TopicPartition(topic, next++ % topicPartitions), new() { Value = record }, report =>
            {
                if (report.Error.IsError) lock (failures) failures.Add(report.Error);
            });
        producer.Flush(TimeSpan.FromMinutes(1));
        Assert.Empty(failures);
    }

    public void Dispose() => producer.Dispose();
}

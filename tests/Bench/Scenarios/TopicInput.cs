using Confluent.Kafka;
using Pipeline.Sandbox;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Fills a topic of the mock broker with a sample's records, all of them before anybody reads.</summary>
internal static class TopicInput
{
    private const int RunRecords = 100;

    // The broker keeps 5 MiB of a topic-partition as it was produced, so in zstd: a third of the raw bytes at the very worst.
    private const long RawBytesOfTopicPartition = 12_000_000;

    /// <summary>Creates the topic, large enough for the input once.</summary>
    public static void Create(MockKafkaCluster cluster, string topic, Sample sample) => cluster.CreateTopic(topic, TopicPartitionsOf(sample));

    /// <summary>Produces each line of the input as a record.</summary>
    public static void Produce(MockKafkaCluster cluster, string topic, Sample sample)
    {
        var topicPartitions = TopicPartitionsOf(sample);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = cluster.Bootstrap, CompressionType = CompressionType.Zstd, BatchSize = 1 << 20, LingerMs = 20,
            QueueBufferingMaxMessages = 500_000, DeliveryReportFields = "status",
        }).SetLogHandler((_, _) => { }).Build();
        var (sent, refused) = (0L, 0L);
        foreach (var line in NdjsonLines.Of(sample.Input))
        {
            var to = new TopicPartition(topic, (int)(sent++ / RunRecords % topicPartitions));
            var message = new Message<Null, byte[]> { Value = line.ToArray() };
            while (!TryProduce(to, message)) producer.Poll(TimeSpan.FromMilliseconds(100));
        }
        producer.Flush(TimeSpan.FromMinutes(2));
        if (Interlocked.Read(ref refused) != 0) throw new InvalidOperationException($"The broker refused {refused} records.");

        bool TryProduce(TopicPartition to, Message<Null, byte[]> message)
        {
            try
            {
                producer.Produce(to, message, report =>
                {
                    if (report.Error.IsError) Interlocked.Increment(ref refused);
                });
                return true;
            }
            catch (ProduceException<Null, byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                return false;   // it is sending; there is room in a moment
            }
        }
    }

    private static int TopicPartitionsOf(Sample sample) => (int)Math.Max(4, sample.Bytes / RawBytesOfTopicPartition);
}

using Confluent.Kafka;

namespace Pipeline.Sandbox.Feeding;

/// <summary>Produces records in order, and knows how many the broker has confirmed.</summary>
internal sealed class RecordProducer : IDisposable
{
    /// <summary>Largest record that can be carried: the mock broker closes the connection on a request above 100,000,000 bytes.</summary>
    public const int MaxRecordBytes = 99_000_000;

    private const long MaxUndeliveredBytes = 128L << 20;

    private readonly FeedOptions options;
    private readonly Timestamp timestamp;
    private readonly IProducer<Null, byte[]> producer;
    private long produced;
    private long delivered;
    private long producedBytes;
    private long deliveredBytes;
    private string? failure;

    public RecordProducer(FeedOptions options)
    {
        this.options = options;
        timestamp = new(options.TimestampMs, TimestampType.CreateTime);
        producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = options.Brokers,
            EnableIdempotence = true,
            CompressionType = CompressionType.Zstd,
            BatchSize = 1 << 20,
            LingerMs = 20,
            MessageMaxBytes = MaxRecordBytes + 1000,
            QueueBufferingMaxMessages = 2_000_000,
            MessageTimeoutMs = 60_000,
            DeliveryReportFields = "status",
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>Records the broker confirmed.</summary>
    public long Delivered => Interlocked.Read(ref delivered);

    /// <summary>Room for one more record: what is on its way is bounded, so memory is.</summary>
    public bool HasRoom => producedBytes - Interlocked.Read(ref deliveredBytes) < MaxUndeliveredBytes;

    /// <summary>Everything produced was confirmed.</summary>
    public bool IsIdle => Delivered == produced;

    /// <summary>Queues a record.</summary>
    public void Produce(int topicPartition, ReadOnlyMemory<byte> record)
    {
        var bytes = record.Length;
        var message = new Message<Null, byte[]> { Value = record.ToArray(), Timestamp = timestamp };
        producer.Produce(new TopicPartition(options.Topic, topicPartition), message, report => Confirm(report.Error, bytes));
        produced++;
        producedBytes += bytes;
    }

    /// <exception cref="FeedException">The broker did not take a record.</exception>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref failure) is { } reason)
        {
            throw new FeedException(
                $"The broker did not take a record: {reason}. It confirmed {Delivered} of {produced}.");
        }
    }

    public void Dispose() => producer.Dispose();

    private void Confirm(Error error, int bytes)
    {
        if (error.IsError) Interlocked.CompareExchange(ref failure, error.Reason, null);
        else Interlocked.Increment(ref delivered);
        Interlocked.Add(ref deliveredBytes, bytes);
    }
}

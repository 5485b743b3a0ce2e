using Confluent.Kafka;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using TopicPartition = Pipeline.Domain.Segments.TopicPartition;

namespace Pipeline.Sources.Kafka;

/// <summary>Reads Kafka by offset, with assign and seek and without committing anything.</summary>
/// <remarks>Reads committed records only (librdkafka's default); transaction markers and compacted records are holes.</remarks>
public sealed class KafkaLog(KafkaOptions options) : IKafkaLog, IDisposable
{
    private readonly Lazy<IConsumer<byte[], byte[]>> queries = new(() => NewConsumer(options));

    // A client of its own: one that depends on a consumer polls without a pause, a core's worth for as long as the brokers are away.
    private readonly Lazy<IAdminClient> admin = new(
        () => new AdminClientBuilder(options.ToClientConfig()).SetLogHandler((_, _) => { }).Build());

    /// <inheritdoc/>
    public Task<Watermarks> WatermarksAsync(TopicPartition topicPartition, CancellationToken stopping) => Task.Run(
        () =>
        {
            try
            {
                var marks = queries.Value.QueryWatermarkOffsets(new(topicPartition.Topic, topicPartition.Number), options.Timeout);
                return new Watermarks(marks.Low.Value, marks.High.Value);
            }
            catch (KafkaException error)
            {
                throw Unanswered($"the watermarks of {topicPartition.Stream}", error);
            }
        },
        stopping);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TopicPartition>> TopicPartitionsAsync(string topic, CancellationToken stopping) => Task.Run<IReadOnlyList<TopicPartition>>(
        () =>
        {
            try
            {
                var found = admin.Value.GetMetadata(topic, options.Timeout).Topics.SingleOrDefault(t => t.Topic == topic);
                return found is null || found.Error.IsError ? [] : [.. found.Partitions.Select(p => new TopicPartition(topic, p.PartitionId)).OrderBy(p => p.Number)];
            }
            catch (KafkaException error)
            {
                throw Unanswered($"the topic-partitions of '{topic}'", error);
            }
        },
        stopping);

    /// <inheritdoc/>
    public Task<LogRead> ReadAsync(TopicPartition topicPartition, PositionRange range, long maxBytes, CancellationToken stopping) => Task.Run(
        () =>
        {
            using var consumer = NewConsumer(options);
            try
            {
                consumer.Assign(new TopicPartitionOffset(topicPartition.Topic, topicPartition.Number, range.First));
                return Read(consumer, topicPartition, range, maxBytes, stopping);
            }
            catch (KafkaException error)
            {
                throw Unanswered($"offsets {range.First} to {range.Last} of {topicPartition.Stream}", error);
            }
            finally
            {
                consumer.Close();
            }
        },
        stopping);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (queries.IsValueCreated) queries.Value.Dispose();
        if (admin.IsValueCreated) admin.Value.Dispose();
    }

    private LogRead Read(
        IConsumer<byte[], byte[]> consumer, TopicPartition topicPartition, PositionRange range, long maxBytes, CancellationToken stopping)
    {
        var records = new List<RawRecord>();
        for (var bytes = 0L; ;)
        {
            stopping.ThrowIfCancellationRequested();
            var result = consumer.Consume(options.Timeout) ?? throw new TransientException(
                $"Kafka delivered nothing of {topicPartition.Stream} for {options.Timeout.TotalSeconds:0} s while offsets up to {range.Last} were asked for.");
            // A record behind the range, or the end of the log behind it, proves that the rest of the range is a hole.
            if (result.Offset.Value >= range.Next) return new(records, range.Next);
            if (result.IsPartitionEOF)
                throw new TransientException($"{topicPartition.Stream} ends at offset {result.Offset.Value}, before offset {range.Last} that was asked for.");

            records.Add(result.Message.ToRawRecord(result.Offset.Value));
            bytes += result.Message.Value?.Length ?? 0;
            if (result.Offset.Value == range.Last) return new(records, range.Next);
            if (bytes >= maxBytes) return new(records, result.Offset.Value + 1);
        }
    }

    private static TransientException Unanswered(string what, KafkaException error) =>
        new($"Kafka did not give {what}: {error.Error.Reason} ({error.Error.Code}).", error);

    private static IConsumer<byte[], byte[]> NewConsumer(KafkaOptions options) => new ConsumerBuilder<byte[], byte[]>(
        new ConsumerConfig(options.ToClientConfig())
        {
            GroupId = "pipeline-log",            // librdkafka wants one; nothing is ever subscribed or committed under it
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            // An offset the broker has dropped meanwhile must be an error: a reset would step over the loss in silence.
            AutoOffsetReset = AutoOffsetReset.Error,
            // What is fetched beyond a portion is thrown away with the client; 64 MiB by default.
            QueuedMaxMessagesKbytes = 8 * 1024,
        }).SetLogHandler((_, _) => { }).Build();
}

/// <summary>Confluent's message as the raw record of the domain.</summary>
internal static class KafkaMessages
{
    public static RawRecord ToRawRecord(this Message<byte[], byte[]> message, long offset) => new(
        offset, message.Timestamp.UnixTimestampMs, message.Key, message.Key is not null, message.Value, message.Value is not null);
}

using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Kafka;

/// <summary>The consumer of one function and what the group assigned to it. One thread makes every call.</summary>
internal sealed partial class KafkaConsumer : IDisposable
{
    private static readonly KafkaHeader[] NoHeaders = [];
    private readonly Dictionary<TopicPartition, KafkaAssignment> assigned = [];

    // librdkafka keeps a topic-partition paused when it is taken away and assigned again, until it is resumed.
    private readonly HashSet<TopicPartition> paused = [];
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly Action<KafkaAssignment> revoked;
    private readonly string function;
    private readonly ILogger log;
    private ErrorCode lastError;

    /// <param name="kafka">The function.</param>
    /// <param name="newLane">The lane for a topic-partition just assigned.</param>
    /// <param name="revoking">Called before topic-partitions are taken away, while their offsets may still be stored.</param>
    /// <param name="revoked">Called for each assignment taken away.</param>
    /// <param name="log">Where to write.</param>
    public KafkaConsumer(KafkaFunction kafka, Func<KafkaLane> newLane, Action revoking, Action<KafkaAssignment> revoked, ILogger log)
    {
        (function, this.revoked, this.log) = (kafka.Function.Name, revoked, log);
        KafkaLibrary.Load();
        consumer = new ConsumerBuilder<byte[], byte[]>(kafka.Client)
            .SetErrorHandler((_, error) => LogError(error))
            .SetLogHandler((_, line) => LogLibrary(log, function, line.Message))
            .SetPartitionsAssignedHandler((_, added) => Assign(added, newLane))
            .SetPartitionsRevokedHandler((_, removed) => { Leave(removed); revoking(); Revoke(removed); })
            .SetPartitionsLostHandler((_, removed) => Revoke(removed))
            .Build();
        consumer.Subscribe(kafka.Topic);
    }

    /// <summary>The next message; null when none came in time.</summary>
    public KafkaMessage? Consume(TimeSpan longest)
    {
        try
        {
            if (consumer.Consume(longest) is not { Message: not null } result) return null;
            lastError = ErrorCode.NoError;
            return assigned.TryGetValue(result.TopicPartition, out var assignment) ? new KafkaMessage(Record(result), assignment) : null;
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            LogError(failure.Error);
            return null;
        }
    }

    /// <summary>Stops fetching for these; polling then only keeps the consumer in the group.</summary>
    public void Pause(Func<KafkaAssignment, bool> which) => Switch(which, pauses: true);

    /// <summary>Fetches again for these, from where it stopped.</summary>
    public void Resume(Func<KafkaAssignment, bool> which) => Switch(which, pauses: false);

    /// <summary>Marks a batch's offsets to be committed, except those of topic-partitions that were taken away.</summary>
    public void Store(KafkaBatch batch)
    {
        foreach (var (assignment, last) in batch.Last)
        {
            if (assignment.IsRevoked) continue;
            try
            {
                consumer.StoreOffset(new TopicPartitionOffset(assignment.TopicPartition, last + 1));
            }
            catch (KafkaException failure)
            {
                LogNotStored(log, function, assignment.TopicPartition.ToString(), last + 1, failure.Error.Reason);
            }
        }
    }

    /// <summary>Commits what is stored and leaves the group.</summary>
    public void Close() => consumer.Close();

    public void Dispose() => consumer.Dispose();

    private void Switch(Func<KafkaAssignment, bool> which, bool pauses)
    {
        List<TopicPartition>? changed = null;
        foreach (var assignment in assigned.Values)
        {
            if (paused.Contains(assignment.TopicPartition) == pauses || !which(assignment)) continue;
            (changed ??= []).Add(assignment.TopicPartition);
        }

        if (changed is null) return;
        if (pauses) consumer.Pause(changed);
        else consumer.Resume(changed);
        if (pauses) paused.UnionWith(changed);
        else paused.ExceptWith(changed);
    }

    private void Assign(List<TopicPartition> added, Func<KafkaLane> newLane)
    {
        foreach (var one in added) assigned[one] = new KafkaAssignment(one, newLane());
        LogAssigned(log, function, string.Join(", ", added));
    }

    private void Leave(List<TopicPartitionOffset> leaving)
    {
        foreach (var one in leaving)
            if (assigned.TryGetValue(one.TopicPartition, out var assignment)) assignment.Leave();
        Interlocked.MemoryBarrier();
    }

    private void Revoke(List<TopicPartitionOffset> removed)
    {
        foreach (var one in removed)
        {
            if (!assigned.Remove(one.TopicPartition, out var assignment)) continue;
            assignment.Revoke();
            revoked(assignment);
        }

        LogRevoked(log, function, string.Join(", ", removed.Select(one => one.TopicPartition)));
    }

    private static KafkaRecord Record(ConsumeResult<byte[], byte[]> result)
    {
        var message = result.Message;
        return new KafkaRecord
        {
            Topic = result.Topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            Key = message.Key,
            Value = message.Value,
            Timestamp = new() { UnixTimestampMs = message.Timestamp.UnixTimestampMs, Type = (KafkaTimestampType)message.Timestamp.Type },
            Headers = message.Headers is { Count: > 0 } headers
                ? [.. headers.Select(header => new KafkaHeader { Key = header.Key, Value = header.GetValueBytes() })]
                : NoHeaders,
        };
    }

    // One line when something goes wrong, not one per attempt to reach the broker.
    private void LogError(Error error)
    {
        if (error.Code == lastError) return;
        lastError = error.Code;
        LogTrouble(log, function, error.Reason, error.Code);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka {Function}: {Reason} ({Code}); the client goes on trying")]
    private static partial void LogTrouble(ILogger log, string function, string reason, ErrorCode code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Kafka {Function}: {Line}")]
    private static partial void LogLibrary(ILogger log, string function, string line);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka {Function}: assigned {TopicPartitions}")]
    private static partial void LogAssigned(ILogger log, string function, string topicPartitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka {Function}: revoked {TopicPartitions}")]
    private static partial void LogRevoked(ILogger log, string function, string topicPartitions);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Kafka {Function}: offset {Offset} of {TopicPartition} is not stored ({Reason}); its messages come again")]
    private static partial void LogNotStored(ILogger log, string function, string topicPartition, long offset, string reason);
}

using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Ports;

/// <summary>Reads a topic-partition by offset, outside any consumer group: how the ledger closes a hole that a trigger left.</summary>
public interface IKafkaLog
{
    /// <summary>The oldest offset the broker has and the offset the next record will get.</summary>
    /// <exception cref="Failures.TransientException">No answer from the broker.</exception>
    Task<Watermarks> WatermarksAsync(TopicPartition topicPartition, CancellationToken stopping);

    /// <summary>The topic-partitions a topic has at this moment; empty when the broker does not know the topic.</summary>
    /// <exception cref="Failures.TransientException">No answer from the broker.</exception>
    Task<IReadOnlyList<TopicPartition>> TopicPartitionsAsync(string topic, CancellationToken stopping);

    /// <summary>Reads records with offsets in the range, in order, until the range's end or the byte budget is reached.</summary>
    /// <param name="maxBytes">Stops after the record that reaches it.</param>
    /// <returns>Records that exist (holes of compaction are left out) and the position reading stopped at.</returns>
    /// <exception cref="Failures.TransientException">The broker did not deliver up to the end in time.</exception>
    Task<LogRead> ReadAsync(TopicPartition topicPartition, PositionRange range, long maxBytes, CancellationToken stopping);
}

/// <summary>What a broker holds of a topic-partition: offsets <c>[Low, High)</c>.</summary>
public readonly record struct Watermarks(long Low, long High);

/// <summary>What was read of a range.</summary>
/// <param name="Next">Everything before it that exists is in <paramref name="Records"/>.</param>
public sealed record LogRead(IReadOnlyList<RawRecord> Records, long Next);

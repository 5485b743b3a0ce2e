using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.LocalHost.Kafka;

/// <summary>
/// One assignment of a topic-partition to this consumer; after a rebalance the same topic-partition is another assignment.
/// </summary>
internal sealed class KafkaAssignment(TopicPartition topicPartition, KafkaLane lane)
{
    private volatile bool leaving;
    private volatile bool revoked;

    public TopicPartition TopicPartition { get; } = topicPartition;

    /// <summary>Where its messages go.</summary>
    public KafkaLane Lane { get; } = lane;

    /// <summary>Whether the group is taking it away: no run of its messages begins any more, one under way may still end.</summary>
    public bool IsLeaving => leaving;

    /// <summary>Whether the group took it away: its offsets are another consumer's to store.</summary>
    public bool IsRevoked => revoked;

    /// <summary>The group is about to take it away.</summary>
    public void Leave() => leaving = true;

    /// <summary>The group took it away.</summary>
    public void Revoke() => leaving = revoked = true;
}

/// <summary>A message and the assignment it came by.</summary>
internal readonly record struct KafkaMessage(KafkaRecord Record, KafkaAssignment Assignment)
{
    /// <summary>Bytes of its key and value.</summary>
    public int Bytes => (Record.Key?.Length ?? 0) + (Record.Value?.Length ?? 0);
}

/// <summary>The messages of one invocation.</summary>
/// <param name="Records">In the order they came; each topic-partition's in the order of its offsets.</param>
/// <param name="Last">The last offset of each assignment.</param>
internal sealed record KafkaBatch(KafkaRecord[] Records, IReadOnlyDictionary<KafkaAssignment, long> Last)
{
    /// <summary>Whether nothing of it is this consumer's any more, or soon will be.</summary>
    public bool IsLeaving => Last.Keys.All(assignment => assignment.IsLeaving);

    /// <summary>Takes the first messages of a list whose assignment still stands; null when none is left.</summary>
    /// <param name="most">Messages.</param>
    /// <param name="mostBytes">A message that begins below it is taken whole.</param>
    public static KafkaBatch? Take(List<KafkaMessage> messages, int most, long mostBytes)
    {
        messages.RemoveAll(static message => message.Assignment.IsLeaving);
        var count = 0;
        for (var bytes = 0L; count < Math.Min(messages.Count, most) && bytes < mostBytes; count++) bytes += messages[count].Bytes;
        if (count == 0) return null;
        var records = new KafkaRecord[count];
        var last = new Dictionary<KafkaAssignment, long>();
        for (var index = 0; index < count; index++)
        {
            records[index] = messages[index].Record;
            last[messages[index].Assignment] = messages[index].Record.Offset;
        }

        messages.RemoveRange(0, count);
        return new KafkaBatch(records, last);
    }
}

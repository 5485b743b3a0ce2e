using Pipeline.Domain.Segments;

namespace Pipeline.App.Triggers;

/// <summary>The trigger's records as the domain's.</summary>
internal static class KafkaRecords
{
    /// <summary>Groups a batch by topic-partition, each by ascending offset.</summary>
    public static IReadOnlyDictionary<TopicPartition, IReadOnlyList<RawRecord>> ByTopicPartition(this KafkaRecord[] records) => records
        .GroupBy(record => new TopicPartition(record.Topic, record.Partition), ToRawRecord)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<RawRecord>)[.. group.OrderBy(record => record.Position)]);

    private static RawRecord ToRawRecord(KafkaRecord record) => new(
        record.Offset, record.Timestamp.UnixTimestampMs, record.Key, record.Key is not null, record.Value, record.Value is not null);
}

using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Tests.Unit.Sources;

/// <summary>A broker's logs in memory: offsets that exist, holes that compaction left, a low watermark that moves.</summary>
internal sealed class InMemoryKafka : IKafkaLog
{
    private readonly SortedDictionary<long, RawRecord> log = [];

    public long Low { get; set; }

    public long High { get; private set; }

    /// <summary>Reads, for tests that count them.</summary>
    public int Reads { get; private set; }

    public IEnumerable<RawRecord> Records => log.Values.Where(record => record.Position >= Low);

    public void Append(string value, long timestampMs = 1)
    {
        log[High] = new(High, timestampMs, default, false, System.Text.Encoding.UTF8.GetBytes(value), true);
        High++;
    }

    /// <summary>An offset taken by a transaction marker, or by a record that compaction removed.</summary>
    public void AppendHole() => High++;

    public Task<Watermarks> WatermarksAsync(TopicPartition topicPartition, CancellationToken stopping) => Task.FromResult(new Watermarks(Low, High));

    public Task<IReadOnlyList<TopicPartition>> TopicPartitionsAsync(string topic, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<TopicPartition>>([new(topic, 0)]);

    public Task<LogRead> ReadAsync(TopicPartition topicPartition, PositionRange range, long maxBytes, CancellationToken stopping)
    {
        Reads++;
        if (range.First < Low) throw new TransientException("The range begins before the low watermark.");
        var records = new List<RawRecord>();
        var bytes = 0L;
        foreach (var record in log.Values.Where(record => record.Position >= range.First && record.Position < range.Next))
        {
            records.Add(record);
            bytes += record.Value.Length;
            if (bytes >= maxBytes) return Task.FromResult(new LogRead(records, record.Position + 1));
        }

        return Task.FromResult(new LogRead(records, range.Next));
    }
}

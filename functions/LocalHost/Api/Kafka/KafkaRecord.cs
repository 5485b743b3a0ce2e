#nullable disable
using System.Text;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>One message of a Kafka topic-partition.</summary>
public class KafkaRecord
{
    /// <summary>The topic.</summary>
    public string Topic { get; set; }

    /// <summary>The topic-partition's number.</summary>
    public int Partition { get; set; }

    /// <summary>The offset in the topic-partition.</summary>
    public long Offset { get; set; }

    /// <summary>The key's bytes; null for none.</summary>
    public byte[] Key { get; set; }

    /// <summary>The value's bytes; null for a tombstone.</summary>
    public byte[] Value { get; set; }

    /// <summary>The timestamp.</summary>
    public KafkaTimestamp Timestamp { get; set; }

    /// <summary>The headers, in order; empty for none.</summary>
    public KafkaHeader[] Headers { get; set; }
}

/// <summary>One header of a message; a key may occur more than once.</summary>
public class KafkaHeader
{
    /// <summary>The header's name.</summary>
    public string Key { get; set; }

    /// <summary>The header's bytes; null for none.</summary>
    public byte[] Value { get; set; }

    /// <summary>The bytes as UTF-8; null for none.</summary>
    public string GetValueAsString() => Value is null ? null : Encoding.UTF8.GetString(Value);
}

/// <summary>A message's timestamp.</summary>
public class KafkaTimestamp
{
    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long UnixTimestampMs { get; set; }

    /// <summary>Whose clock it is.</summary>
    public KafkaTimestampType Type { get; set; }

    /// <summary>The same instant, UTC.</summary>
    public DateTimeOffset DateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds(UnixTimestampMs);
}

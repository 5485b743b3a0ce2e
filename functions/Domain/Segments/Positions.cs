namespace Pipeline.Domain.Segments;

/// <summary>One ordered log of positions: a Kafka topic-partition in one generation.</summary>
/// <param name="Stream">What the log is called at the source: <c>&lt;topic&gt;-&lt;topic-partition&gt;</c> for Kafka.</param>
/// <param name="Generation">
/// Raised by an operator when the topic was recreated or truncated and its offsets begin anew, so that positions are never confused.
/// </param>
public readonly record struct Shard(string Stream, int Generation)
{
    /// <summary>The shard as object keys and ledger rows name it.</summary>
    public override string ToString() => $"{Stream}-g{Generation}";
}

/// <summary>A Kafka topic-partition.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Number">Topic-partition number, from 0.</param>
public readonly record struct TopicPartition(string Topic, int Number)
{
    /// <summary>The stream name of this topic-partition's shards.</summary>
    public string Stream => $"{Topic}-{Number}";

    /// <summary>The topic-partition a stream name stands for.</summary>
    /// <exception cref="ArgumentException">The name does not end in <c>-&lt;number&gt;</c>.</exception>
    public static TopicPartition Parse(string stream)
    {
        var dash = stream.LastIndexOf('-');
        return dash > 0 && int.TryParse(stream.AsSpan(dash + 1), out var number)
            ? new(stream[..dash], number)
            : throw new ArgumentException($"'{stream}' is not <topic>-<topic-partition>.", nameof(stream));
    }
}

/// <summary>Half-open range of positions <c>[First, Next)</c> read from one shard.</summary>
/// <remarks>Compaction and transaction markers leave holes, so the number of records is at most <see cref="Length"/>.</remarks>
public readonly record struct PositionRange(long First, long Next)
{
    /// <summary>The last position in the range.</summary>
    public long Last => Next - 1;

    /// <summary>Positions covered.</summary>
    public long Length => Next - First;
}

/// <summary>One record as the source delivered it. The bytes are borrowed: valid until the batch it came in is released.</summary>
/// <param name="Position">Kafka offset.</param>
/// <param name="TimestampMs">Milliseconds since the Unix epoch, as the source stamped the record.</param>
/// <param name="Key">Message key; empty when <paramref name="HasKey"/> is false.</param>
/// <param name="HasKey">False for a null key.</param>
/// <param name="Value">Message value; empty when <paramref name="HasValue"/> is false.</param>
/// <param name="HasValue">False for a null value (a tombstone).</param>
public readonly record struct RawRecord(
    long Position, long TimestampMs, ReadOnlyMemory<byte> Key, bool HasKey, ReadOnlyMemory<byte> Value, bool HasValue);

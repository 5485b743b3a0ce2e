namespace Pipeline.Sandbox.Feeding;

/// <summary>One feed: a file, and the topic it goes to.</summary>
/// <param name="Brokers">host:port, comma separated.</param>
/// <param name="Topic">An existing topic.</param>
/// <param name="TopicPartitions">How many the topic has.</param>
/// <param name="File">Records, one a line.</param>
/// <param name="Group">The consumer group whose committed offsets set the pace.</param>
/// <param name="TimestampMs">Milliseconds since the Unix epoch, the timestamp of every record.</param>
/// <param name="Landed">Positions the ledger holds from an interrupted feed of the same file, by topic-partition; empty for a new feed.</param>
/// <param name="CaughtUpFile">Written when the broker holds all of <paramref name="Landed"/> again; null when nobody waits for that.</param>
public sealed record FeedOptions(
    string Brokers, string Topic, int TopicPartitions, string File, string Group, long TimestampMs,
    IReadOnlyDictionary<int, long> Landed, string? CaughtUpFile)
{
    /// <summary>How long no offset may be committed while records wait for it, before the feed gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>What a feed delivered.</summary>
/// <param name="Bytes">Bytes of the records, line ends not counted.</param>
public sealed record FeedReport(long Records, long Bytes, double Seconds);

/// <summary>The feed ended early; the message is for the person who started it: what, where, what to do.</summary>
public sealed class FeedException(string message) : Exception(message);

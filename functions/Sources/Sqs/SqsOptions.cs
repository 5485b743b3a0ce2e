using System.ComponentModel.DataAnnotations;

namespace Pipeline.Sources.Sqs;

/// <summary>The queues that are drained, and how (section <c>Sqs</c>). Credentials come from the SDK's chain: environment, mounted token
/// or the cloud's identity.</summary>
public sealed record SqsOptions
{
    /// <summary>Where the configuration holds it.</summary>
    public const string Section = "Sqs";

    /// <summary>By the name that a contract's source gives the queue, underscores for hyphens where one likes: shells pass no environment
    /// variable on whose name has a hyphen. A queue that is not here is not drained.</summary>
    public Dictionary<string, QueueOptions> Queues { get; init; } = [];

    /// <summary>Address of an SQS-compatible server; null for the host of each queue's URL.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Receivers of one queue at once, however deep it is.</summary>
    [Range(1, 64)] public int MaxReceivers { get; init; } = 8;

    /// <summary>Seconds a message stays hidden from others; it is asked for again as long as the message is being landed.</summary>
    [Range(5, 43_200)] public int VisibilitySeconds { get; init; } = 120;

    /// <summary>How long one run receives; what it has then, it lands. Below the host's functionTimeout.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan DrainFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The settings of a queue; null when it is not drained.</summary>
    public QueueOptions? Of(string queue) => Queues.GetValueOrDefault(queue) ?? Queues.GetValueOrDefault(queue.Replace('-', '_'));
}

/// <summary>One queue.</summary>
public sealed record QueueOptions
{
    /// <summary>The queue's URL, as SQS calls it.</summary>
    public string Url { get; init; } = "";

    /// <summary>URL of the queue for messages that the dataset's decoder refuses; empty lands them, and they end in quarantine.</summary>
    public string DeadLetterUrl { get; init; } = "";

    /// <summary>AWS region of both queues.</summary>
    public string Region { get; init; } = "";
}

/// <summary>Bounds of what is gathered to one segment.</summary>
/// <param name="Messages">Messages at most, give or take one receive; well below the 120,000 that SQS allows in flight.</param>
/// <param name="Bytes">Bytes of bodies at most, give or take one receive.</param>
/// <param name="Age">How long the first message may wait for others.</param>
/// <param name="MessagesPerReceiver">Depth of the queue for which another receiver pays.</param>
public sealed record DrainLimits(int Messages, long Bytes, TimeSpan Age, int MessagesPerReceiver)
{
    /// <summary>10,000 messages, 16 MiB, 5 seconds, a receiver for each 500 messages.</summary>
    public static DrainLimits Default { get; } = new(10_000, 16L << 20, TimeSpan.FromSeconds(5), 500);
}

using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>host.json's extensions.kafka, with the extension's defaults; null leaves librdkafka's default.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-kafka#hostjson-settings</remarks>
internal sealed record KafkaSettings
{
    /// <summary>Most messages in one batch.</summary>
    public int MaxBatchSize { get; init; } = 64;

    /// <summary>Longest wait for a batch to fill.</summary>
    public int SubscriberIntervalInSeconds { get; init; } = 1;

    /// <summary>Batches that wait while one runs.</summary>
    public int ExecutorChannelCapacity { get; init; } = 1;

    /// <summary>How often a full channel is tried again.</summary>
    public int ChannelFullRetryIntervalInMs { get; init; } = 50;

    /// <summary>Whether a failed batch's offsets are committed all the same.</summary>
    public bool CommitOnFailure { get; init; } = true;

    /// <summary>Without <see cref="CommitOnFailure"/>: runs after the first before the batch is given up; -1 is without end.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Pause after a poll without messages.</summary>
    public int SubscriberIdleBackoffMs { get; init; } = 50;

    /// <summary>How often stored offsets are committed.</summary>
    public int AutoCommitIntervalMs { get; init; } = 200;

    /// <summary>Whether a group without offsets starts at the end of the topic.</summary>
    public bool StartAtLatest { get; init; }

    /// <summary>librdkafka's configuration names and values for the rest.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    // host.json's name, librdkafka's name, the extension's default.
    private static readonly (string Option, string Name, string? Default)[] Clients =
    [
        ("sessionTimeoutMs", "session.timeout.ms", "10000"),
        ("maxPollIntervalMs", "max.poll.interval.ms", null),
        ("reconnectBackoffMs", "reconnect.backoff.ms", null),
        ("reconnectBackoffMaxMs", "reconnect.backoff.max.ms", null),
        ("statisticsIntervalMs", "statistics.interval.ms", null),
        ("queuedMinMessages", "queued.min.messages", null),
        ("queuedMaxMessagesKbytes", "queued.max.messages.kbytes", null),
        ("maxPartitionFetchBytes", "max.partition.fetch.bytes", null),
        ("fetchMaxBytes", "fetch.max.bytes", null),
        ("libkafkaDebug", "debug", null),
        ("metadataMaxAgeMs", "metadata.max.age.ms", "180000"),
        ("socketKeepaliveEnable", "socket.keepalive.enable", "true"),
    ];

    /// <summary>The section; every wrong value is a fault.</summary>
    public static KafkaSettings Read(IConfigurationSection section, StartFaults faults)
    {
        var client = new Dictionary<string, string>();
        foreach (var (option, name, fallback) in Clients)
            if ((section[option] ?? fallback) is { Length: > 0 } value)
                client[name] = bool.TryParse(value, out var flag) ? (flag ? "true" : "false") : value;
        return new KafkaSettings
        {
            MaxBatchSize = Number("maxBatchSize", 64, 1),
            SubscriberIntervalInSeconds = Number("subscriberIntervalInSeconds", 1, 1),
            ExecutorChannelCapacity = Number("executorChannelCapacity", 1, 1),
            ChannelFullRetryIntervalInMs = Number("channelFullRetryIntervalInMs", 50, 1),
            CommitOnFailure = Flag("commitOnFailure", true),
            MaxRetries = Number("maxRetries", 5, -1),
            SubscriberIdleBackoffMs = Number("subscriberIdleBackoffMs", 50, 0),
            AutoCommitIntervalMs = Number("autoCommitIntervalMs", 200, 1),
            StartAtLatest = "latest".Equals(section["autoOffsetReset"], StringComparison.OrdinalIgnoreCase),
            Client = client,
        };

        int Number(string option, int fallback, int least)
        {
            if (section[option] is not { } text) return fallback;
            if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
            faults.Add($"host.json: extensions.kafka.{option} is '{text}'; write a whole number of at least {least}.");
            return fallback;
        }

        bool Flag(string option, bool fallback)
        {
            if (section[option] is not { } text) return fallback;
            if (bool.TryParse(text, out var flag)) return flag;
            faults.Add($"host.json: extensions.kafka.{option} is '{text}'; write true or false.");
            return fallback;
        }
    }
}

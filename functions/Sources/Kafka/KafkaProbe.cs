using System.Collections.Concurrent;
using Confluent.Kafka;
using Pipeline.Domain.Failures;

namespace Pipeline.Sources.Kafka;

/// <summary>Asks the brokers what they are and have, and says why where they do not answer.</summary>
public static class KafkaProbe
{
    // What tells more stands first: a refused handshake is also a transport failure, and that all brokers are down.
    private static readonly ErrorCode[] Telling =
    [
        ErrorCode.Local_Authentication, ErrorCode.SaslAuthenticationFailed, ErrorCode.Local_Ssl, ErrorCode.Local_Resolve,
        ErrorCode.Local_Transport,
    ];

    private static readonly TimeSpan NextFetch = TimeSpan.FromSeconds(1);

    /// <summary>Version of the librdkafka that is loaded.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    public static string LibraryVersion()
    {
        KafkaNative.Load();
        return Library.VersionString;
    }

    /// <summary>The brokers and every topic this client may describe, with its number of topic-partitions.</summary>
    /// <exception cref="TransientException">No broker answered in time; the message has the most telling reason: name, TLS, SASL,
    /// way.</exception>
    public static Task<KafkaFacts> AskAsync(KafkaOptions options, CancellationToken stopping) => Task.Run(
        () =>
        {
            KafkaNative.Load();
            var errors = new ConcurrentQueue<Error>();
            var config = new AdminClientConfig(options.ToClientConfig()) { SocketTimeoutMs = (int)options.Timeout.TotalMilliseconds };
            using var client = new AdminClientBuilder(config)
                .SetErrorHandler((_, error) => errors.Enqueue(error)).SetLogHandler((_, _) => { }).Build();
            try
            {
                var found = client.GetMetadata(options.Timeout);
                return new KafkaFacts(
                    [.. found.Brokers.Select(broker => $"{broker.Host}:{broker.Port}")],
                    found.Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count));
            }
            catch (KafkaException error)
            {
                var why = errors.Append(error.Error).OrderBy(Rank).First();
                throw new TransientException($"No broker of {options.Brokers} answered: {why.Reason} ({why.Code}).", error);
            }
        },
        stopping);

    /// <summary>Does what a trigger does before its first record: asks for the group's offset of one topic-partition and fetches
    /// there.</summary>
    /// <remarks>Brokers refuse it without the ACLs. Nothing is subscribed or committed, so that no member of the group notices.</remarks>
    /// <param name="topic">One that has a topic-partition 0.</param>
    /// <returns>What the brokers do not let this user read.</returns>
    /// <exception cref="TransientException">The brokers did not answer in time, or not now.</exception>
    public static Task<KafkaRefusal> ReadAsync(KafkaOptions options, string group, string topic, CancellationToken stopping) => Task.Run(
        () =>
        {
            KafkaNative.Load();
            var config = new ConsumerConfig(options.ToClientConfig())
            {
                GroupId = group, EnableAutoCommit = false, EnableAutoOffsetStore = false, EnablePartitionEof = true,
                AutoOffsetReset = AutoOffsetReset.Latest, FetchWaitMaxMs = 10, MaxPartitionFetchBytes = 1024,
            };
            using var consumer = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).Build();
            try
            {
                consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Stored));
                var first = consumer.Consume(options.Timeout) ?? throw new TransientException(
                    $"The brokers gave nothing of '{topic}' for {options.Timeout.TotalSeconds:0} seconds.");
                // librdkafka takes the answer to a refused fetch for the end of the log, and says what it was at the next one.
                if (first.IsPartitionEOF) consumer.Consume(NextFetch);
                return KafkaRefusal.None;
            }
            catch (KafkaException error)
            {
                return error.Error.Code switch
                {
                    ErrorCode.TopicAuthorizationFailed => KafkaRefusal.Topic,
                    ErrorCode.GroupAuthorizationFailed => KafkaRefusal.Group,
                    _ => throw new TransientException(
                        $"The brokers gave nothing of '{topic}': {error.Error.Reason} ({error.Error.Code}).", error),
                };
            }
            finally
            {
                consumer.Close();
            }
        },
        stopping);

    private static int Rank(Error error) => Array.IndexOf(Telling, error.Code) is var rank and >= 0 ? rank : Telling.Length;
}

/// <summary>What the brokers told.</summary>
/// <param name="Brokers">host:port of each, as they call themselves.</param>
/// <param name="Topics">Topic-partitions of each topic.</param>
public sealed record KafkaFacts(IReadOnlyList<string> Brokers, IReadOnlyDictionary<string, int> Topics);

/// <summary>What brokers refuse a user for want of an ACL.</summary>
public enum KafkaRefusal
{
    /// <summary>Nothing that was asked for.</summary>
    None,

    /// <summary>To read the topic.</summary>
    Topic,

    /// <summary>To read the consumer group.</summary>
    Group,
}

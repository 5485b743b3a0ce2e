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

    private const int MostNamed = 20;

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

    /// <summary>Does what a trigger does around its first record: has the group's coordinator tell an offset, fetches from the leader of
    /// every topic-partition, and asks whether the group may commit.</summary>
    /// <remarks>Brokers refuse it without the ACLs. Nothing is subscribed and no offset is stored, so that no member of the group
    /// notices.</remarks>
    /// <param name="topicPartitions">How many the topic has; 1 or more.</param>
    /// <returns>What the brokers do not let this user read.</returns>
    /// <exception cref="TransientException">A leader or the coordinator did not answer in time, or not now.</exception>
    public static Task<KafkaRefusal> ReadAsync(
        KafkaOptions options, string group, string topic, int topicPartitions, CancellationToken stopping) => Task.Run(
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
                Fetch(consumer, topic, topicPartitions, options.Timeout, stopping);
                return Commit(consumer, topic);
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

    // A leader is a connection of its own. One topic-partition is read from the group's offset, as a trigger does, which the coordinator
    // tells; the others from their end, where there is next to nothing to send.
    private static void Fetch(
        IConsumer<Ignore, Ignore> consumer, string topic, int topicPartitions, TimeSpan timeout, CancellationToken stopping)
    {
        consumer.Assign(Enumerable.Range(0, topicPartitions).Select(
            number => new TopicPartitionOffset(topic, number, number == 0 ? Offset.Stored : Offset.End)));
        var (silent, gaveRecord) = (new SortedSet<int>(Enumerable.Range(0, topicPartitions)), false);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limited.CancelAfter(timeout);
        try
        {
            while (silent.Count > 0)
            {
                var gave = consumer.Consume(limited.Token);
                silent.Remove(gave.Partition);
                if (gave.IsPartitionEOF) continue;
                gaveRecord = true;
                consumer.Pause([gave.TopicPartition]);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new TransientException(
                $"{silent.Count} of the {topicPartitions} topic-partitions of '{topic}' gave nothing for {timeout.TotalSeconds:0} seconds: "
                + $"{string.Join(", ", silent.Take(MostNamed))}{(silent.Count > MostNamed ? ", …" : "")}.");
        }
        // librdkafka takes the answer to a refused fetch for the end of the log, and says what it was at the next one.
        if (!gaveRecord) consumer.Consume(NextFetch);
    }

    // To read a group's offset Describe on it is enough; joining and committing need Read. Brokers judge a commit's group before anything
    // else and then drop what they do not have, and a number that no topic-partition can have is all there is in this one: nothing reaches
    // the coordinator, and nothing is created or stored (KafkaApis.handleOffsetCommitRequest). The group's authorized operations
    // (DescribeGroups) could be read as well; this is the very request that a consumer needs, judged by the rule that it will be judged by.
    private static KafkaRefusal Commit(IConsumer<Ignore, Ignore> consumer, string topic)
    {
        try
        {
            consumer.Commit([new TopicPartitionOffset(topic, int.MaxValue, 0)]);
            return KafkaRefusal.None;
        }
        catch (KafkaException error) when (error.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.UnknownMemberId)
        {
            return KafkaRefusal.None;       // what a group that may read it is told
        }
    }

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

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

    private static int Rank(Error error) => Array.IndexOf(Telling, error.Code) is var rank and >= 0 ? rank : Telling.Length;
}

/// <summary>What the brokers told.</summary>
/// <param name="Brokers">host:port of each, as they call themselves.</param>
/// <param name="Topics">Topic-partitions of each topic.</param>
public sealed record KafkaFacts(IReadOnlyList<string> Brokers, IReadOnlyDictionary<string, int> Topics);

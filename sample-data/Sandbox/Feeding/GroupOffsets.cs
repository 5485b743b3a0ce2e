using Confluent.Kafka;

namespace Pipeline.Sandbox.Feeding;

/// <summary>Watches a topic from outside: what the broker keeps, and what a consumer group has committed.</summary>
internal sealed class GroupOffsets : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FeedOptions options;
    private readonly IConsumer<Ignore, Ignore> watcher;
    private readonly TopicPartition[] topicPartitions;

    public GroupOffsets(FeedOptions options)
    {
        this.options = options;
        // It never subscribes, so it is no member of the group and disturbs nobody.
        var configuration = new ConsumerConfig { BootstrapServers = options.Brokers, GroupId = options.Group, EnableAutoCommit = false };
        watcher = new ConsumerBuilder<Ignore, Ignore>(configuration).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        topicPartitions = [.. Enumerable.Range(0, options.TopicPartitions).Select(number => new TopicPartition(options.Topic, number))];
    }

    /// <summary>Which topic-partition a record goes to depends on how many there are, so that must be what was said.</summary>
    /// <exception cref="FeedException">No broker, no such topic, or another number of topic-partitions.</exception>
    public void RefuseOtherTopic()
    {
        using var admin = new DependentAdminClientBuilder(watcher.Handle).Build();
        var topic = Ask(() => admin.GetMetadata(options.Topic, Patience)).Topics.Single();
        if (topic.Error.IsError) throw new FeedException($"Topic {options.Topic} at {options.Brokers}: {topic.Error.Reason}.");
        if (topic.Partitions.Count == options.TopicPartitions) return;
        throw new FeedException(
            $"Topic {options.Topic} has {topic.Partitions.Count} topic-partitions; say --topic-partitions {topic.Partitions.Count}.");
    }

    /// <summary>The oldest offset kept and the next one to be given, by topic-partition.</summary>
    public (long Low, long High)[] Watermarks() => Ask(() => topicPartitions
        .Select(each => watcher.QueryWatermarkOffsets(each, Patience))
        .Select(each => (each.Low.Value, each.High.Value)).ToArray());

    /// <summary>The group's committed offset by topic-partition; null where it has none.</summary>
    public long?[] Committed() => Ask(() => watcher
        .Committed(topicPartitions, Patience)
        .Select(each => each.Offset.IsSpecial ? (long?)null : each.Offset.Value).ToArray());

    public void Dispose() => watcher.Dispose();

    private T Ask<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (KafkaException error)
        {
            throw new FeedException($"The broker at {options.Brokers} does not answer: {error.Error.Reason}.");
        }
    }
}

using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Datasets;

/// <summary>Names of the shards that are no topic-partitions: <c>files~clicks</c>, <c>sqs~user-logins</c>.</summary>
/// <remarks>A tilde is in no Kafka topic's name and needs no escape in an object key.</remarks>
public static class ShardNames
{
    /// <summary>The shard of a drop folder's files.</summary>
    public static Shard Files(string folder) => new($"{SourceKind.Files.Text()}~{folder.Replace('/', '~')}", 1);

    /// <summary>The shard of a queue's messages.</summary>
    public static Shard Sqs(string queue) => new($"{SourceKind.Sqs.Text()}~{queue}", 1);

    /// <summary>The kind of source a shard's name tells; null for topic-partitions and for slices of accounts, whose names tell none.</summary>
    public static SourceKind? KindOf(Shard shard)
    {
        var tilde = shard.Stream.IndexOf('~');
        return tilde > 0 && SourceKinds.Parse(shard.Stream.AsSpan(0, tilde)) is { } kind && kind.AreRecords() ? kind : null;
    }
}

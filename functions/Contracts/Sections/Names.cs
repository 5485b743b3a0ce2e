using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts.Sections;

/// <summary>What datasets, tables, columns and topics can be called.</summary>
internal static partial class Names
{
    private const int MaxIdentifierBytes = 63;      // https://www.postgresql.org/docs/current/limits.html

    /// <summary>A dataset or a table: a folder, an SQL identifier and a metric label, so only the plainest form will do.</summary>
    /// <returns>The name; null when there is none or it is bad, which is reported.</returns>
    public static string? SnakeCase(YamlText? name, string what, FaultList faults)
    {
        if (name is null) return null;
        if (SnakeCaseForm().IsMatch(name.Value) && name.Value.Length <= MaxIdentifierBytes) return name.Value;
        faults.Add(name, $"{FaultList.Quote(name.Value)} cannot be the name of {what}",
            $"write lower-case words joined by single underscores, a letter first, at most {MaxIdentifierBytes} bytes");
        return null;
    }

    /// <summary>A column. Names that begin with an underscore are the warehouse's own.</summary>
    /// <returns>What was given, good or bad (which is reported): other sections name the column by it.</returns>
    public static YamlText? Column(YamlText? name, FaultList faults)
    {
        if (name is null || (ColumnForm().IsMatch(name.Value) && name.Value.Length <= MaxIdentifierBytes)) return name;
        faults.Add(name, $"{FaultList.Quote(name.Value)} cannot be the name of a column",
            $"write letters (A-Z, a-z), digits and underscores, a letter first, at most {MaxIdentifierBytes} bytes");
        return name;
    }

    /// <summary>A Kafka topic, by Kafka's own rule.</summary>
    /// <remarks>https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java</remarks>
    public static string? Topic(YamlText? topic, FaultList faults)
    {
        if (topic is null) return null;
        if (TopicForm().IsMatch(topic.Value) && topic.Value is not ("." or "..")) return topic.Value;
        faults.Add(topic, $"{FaultList.Quote(topic.Value)} cannot be the name of a Kafka topic",
            "write 1 to 249 letters (A-Z, a-z), digits, dots, underscores and hyphens");
        return null;
    }

    /// <summary>A folder of the drop store.</summary>
    public static string? Folder(YamlText? folder, FaultList faults)
    {
        if (folder is null) return null;
        if (FolderForm().IsMatch(folder.Value)) return folder.Value;
        faults.Add(folder, $"{FaultList.Quote(folder.Value)} cannot be a folder of the drop store",
            "write lower-case letters, digits, underscores and hyphens, with single slashes between folders");
        return null;
    }

    /// <summary>An SQS queue, by AWS's rule.</summary>
    /// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html</remarks>
    public static string? Queue(YamlText? queue, FaultList faults)
    {
        if (queue is null) return null;
        if (QueueForm().IsMatch(queue.Value)) return queue.Value;
        faults.Add(queue, $"{FaultList.Quote(queue.Value)} cannot be the name of a queue",
            "write 1 to 80 letters (A-Z, a-z), digits, underscores and hyphens");
        return null;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9]*(_[a-z0-9]+)*\z")] private static partial Regex SnakeCaseForm();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]*\z")] private static partial Regex ColumnForm();

    [GeneratedRegex(@"\A[a-z0-9_-]+(/[a-z0-9_-]+)*\z")] private static partial Regex FolderForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,80}\z")] private static partial Regex QueueForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,249}\z")] private static partial Regex TopicForm();
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipeline.Sandbox.Verbs;

/// <summary><c>sandbox broker</c>: the mock cluster in the foreground, until SIGTERM or SIGINT.</summary>
internal static class BrokerVerb
{
    public static Command Create()
    {
        var topics = new Option<string[]>("--topics")
        {
            Description = "Topics to create, each <name>:<topic-partitions>.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        topics.Validators.Add(RefuseMalformed);
        var portFile = new Option<FileInfo?>("--port-file") { Description = "File that gets the bootstrap address when the broker answers." };
        var verb = new Command("broker", "Starts a Kafka broker that keeps its log in memory, and prints its bootstrap address.") { topics, portFile };
        verb.SetAction((parsed, stopping) => RunAsync(parsed.GetRequiredValue(topics), parsed.GetValue(portFile), stopping));
        return verb;
    }

    private static async Task<int> RunAsync(string[] topics, FileInfo? portFile, CancellationToken stopping)
    {
        using var cluster = new MockKafkaCluster();
        foreach (var topic in topics)
        {
            TryParse(topic, out var name, out var topicPartitions);
            cluster.CreateTopic(name, topicPartitions);
        }

        Console.WriteLine(cluster.Bootstrap);
        if (portFile is not null) ReadyFile.Write(portFile.FullName, cluster.Bootstrap);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static void RefuseMalformed(OptionResult option)
    {
        foreach (var token in option.Tokens)
        {
            if (!TryParse(token.Value, out _, out _))
                option.AddError($"'{token.Value}' is not a topic; write <name>:<topic-partitions>, for example user-actions:16.");
        }
    }

    private static bool TryParse(string text, out string name, out int topicPartitions)
    {
        var colon = text.LastIndexOf(':');
        name = colon > 0 ? text[..colon] : "";
        topicPartitions = 0;
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), out topicPartitions) && topicPartitions is > 0 and <= 1024;
    }
}

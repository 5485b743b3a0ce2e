using System.Runtime.CompilerServices;
using Pipeline.App.Settings;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The brokers, and the topic of every Kafka trigger that is on.</summary>
internal static class KafkaChecks
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    public static IEnumerable<Check> Of(Patient patient)
    {
        yield return new("kafka", "Check KafkaBrokers.", stopping => ExamineAsync(patient, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken stopping)
    {
        if (!patient.Has<KafkaSettings>(out var settings))
        {
            yield return Finding.Skipped("kafka", "The settings are wrong; see settings.kafka.");
            yield break;
        }
        var on = TriggerList.Of<KafkaTriggerAttribute>().Where(trigger => !patient.Configuration.IsOff(trigger.Function)).ToList();
        if (on.Count == 0)
        {
            yield return Finding.Skipped("kafka", "Every Kafka trigger is turned off here.");
            yield break;
        }
        var (facts, fault) = await AskAsync(settings, stopping);
        yield return fault ?? Finding.Ok("kafka.brokers", $"{string.Join(", ", facts!.Brokers)} answer.");
        if (facts is null) yield break;
        var topics = on.Select(each => TopicAsync(each.Function, each.Trigger, patient, settings, facts, stopping));
        foreach (var finding in await Task.WhenAll(topics)) yield return finding;
    }

    private static async Task<Finding> TopicAsync(
        string function, KafkaTriggerAttribute trigger, Patient patient, KafkaSettings settings, KafkaFacts facts,
        CancellationToken stopping)
    {
        var text = trigger.Topic;
        var setting = TriggerList.SettingOf(text);
        var topic = setting is null ? text : patient.Configuration[setting] ?? "";
        var check = $"kafka.topic.{setting ?? text}";
        if (topic.Length == 0)
            return Finding.Fault(check, $"{setting} is not set, and {function} reads it.",
                $"Set it to the topic, or AzureWebJobs_{function}_Disabled to true.");
        if (!facts.Topics.TryGetValue(topic, out var topicPartitions) || topicPartitions == 0)
            return Finding.Fault(
                check, $"The brokers have no topic '{topic}', or do not show it to this user.",
                $"Create it or allow Describe and Read on it; correct {setting}; or set AzureWebJobs_{function}_Disabled to true.");
        var group = trigger.ConsumerGroup.Replace("%KafkaGroup%", settings.KafkaGroup, StringComparison.Ordinal);
        return await ReadAsync(check, settings, group, topic, topicPartitions, stopping);
    }

    private static async Task<Finding> ReadAsync(
        string check, KafkaSettings settings, string group, string topic, int topicPartitions, CancellationToken stopping)
    {
        try
        {
            return await KafkaProbe.ReadAsync(
                settings.ToOptions() with { Timeout = Timeout }, group, topic, topicPartitions, stopping) switch
            {
                KafkaRefusal.Topic => Finding.Fault(
                    check, $"The brokers do not let this user read the topic '{topic}'.", $"Allow Describe and Read on the topic {topic}."),
                KafkaRefusal.Group => Finding.Fault(
                    check, $"The brokers do not let this user read as the consumer group '{group}'.",
                    $"Allow Read on the consumer group {group}."),
                _ => Finding.Ok(check, $"{topic}: {topicPartitions} topic-partitions, each read, as the group {group}."),
            };
        }
        catch (TransientException error)
        {
            return Finding.Fault(
                check, error.Message, "Open the way to every broker at the address it gives itself (advertised.listeners), and look at the "
                + "log of those that lead these topic-partitions or coordinate the group.");
        }
    }

    private static async Task<(KafkaFacts? Facts, Finding? Fault)> AskAsync(KafkaSettings settings, CancellationToken stopping)
    {
        try
        {
            return (await KafkaProbe.AskAsync(settings.ToOptions() with { Timeout = Timeout }, stopping), null);
        }
        catch (TransientException error)
        {
            return (null, Finding.Fault("kafka.brokers", error.Message, Remedy(error.Message)));
        }
    }

    private static string Remedy(string message) =>
        message.Contains("uthentication", StringComparison.Ordinal)
            ? "Correct KafkaUsername and KafkaPassword, and build with the brokers' mechanism (-p:KafkaSecurity)."
        : message.Contains("Ssl", StringComparison.OrdinalIgnoreCase) ? "Check KafkaCaLocation, and that the brokers' port speaks TLS."
        : message.Contains("Resolve", StringComparison.Ordinal) ? "Correct the host names in KafkaBrokers, or the DNS."
        : "Correct KafkaBrokers, start the brokers, or open the way to them.";
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>source</c>: <c>{ kind: kafka, topic: user-actions, format: json, time_zone: Europe/Berlin }</c>.</summary>
internal static class SourceSection
{
    /// <summary>What to write when there is none.</summary>
    public const string Example = "source: { kind: kafka, topic: …, format: json }";

    private static readonly Words Keys = new("key", "kind", "topic", "format", "time_zone");

    private static readonly Words Kinds =
        new("source kind", ["kafka"], ["sqs", "files", "facebook", "google_ads", "clevertap", "bigquery", "relational"]);

    private static readonly Words Formats = new("format", ["json"], ["csv", "avro"]);

    /// <summary>The source; null when there is none or a part of it is bad, which is reported.</summary>
    public static SourceSpec? Read(YamlNode? node, FaultList faults)
    {
        if (Section.Open(node, "source", Keys, faults) is not { } section) return null;
        var kind = section.Word("kind", Kinds, "kind: kafka");
        var topic = Names.Topic(section.Text("topic", "topic: and the Kafka topic's name"), faults);
        var format = section.Word("format", Formats, "format: json");
        var timeZone = TimeZone(section.Text("time_zone"), faults);
        return kind is null || topic is null || format is null ? null : new(SourceKind.Kafka, topic, RecordFormat.Json, timeZone);
    }

    private static string? TimeZone(YamlText? zone, FaultList faults)
    {
        if (zone is null) return null;
        // "right/" zones count leap seconds and "posix/" ones are copies: neither is a name of the IANA database.
        var plain = !zone.Value.StartsWith("right/", StringComparison.Ordinal) && !zone.Value.StartsWith("posix/", StringComparison.Ordinal)
            && zone.Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
        if (plain && TimeZoneInfo.TryFindSystemTimeZoneById(zone.Value, out var found) && found.HasIanaId) return zone.Value;
        faults.Add(zone, $"{FaultList.Quote(zone.Value)} is no time zone that this machine knows",
            "write an IANA name such as Europe/Berlin (package tzdata brings them), or remove the key to refuse timestamps without a zone");
        return null;
    }
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>
/// One source: <c>{ kind: kafka, topic: user-actions, format: json, time_zone: Europe/Berlin }</c>,
/// <c>{ kind: files, folder: clicks, format: csv }</c>, <c>{ kind: sqs, queue: user-logins, format: json }</c>, or a provider's pages:
/// <c>{ kind: facebook, streams: [campaign, ad], records: data, envelope: [paging], numbers: text }</c>.
/// </summary>
internal static class SourceSection
{
    /// <summary>What to write when there is none.</summary>
    public const string Example = "source: { kind: kafka, topic: …, format: json }";

    private static readonly Words KafkaKeys = new("key", "kind", "topic", "format", "time_zone", "csv", "avro");

    private static readonly Words FilesKeys = new("key", "kind", "folder", "format", "time_zone", "csv", "avro");

    private static readonly Words SqsKeys = new("key", "kind", "queue", "format", "time_zone", "csv", "avro");

    private static readonly Words PageKeys =
        new("key", "kind", "streams", "records", "records_optional", "envelope", "unread", "field_mask", "numbers", "nulls");

    private static readonly Words Kinds = new("source kind", [.. SourceKinds.All]);

    private static readonly Words Formats = new("format", "json", "csv", "avro");

    private static readonly Words NumberForms = new("form of numbers", "text");

    /// <summary>The source; null when a part of it is bad, which is reported.</summary>
    /// <param name="subject">What faults call it.</param>
    public static SourceSpec? Read(YamlNode? node, string subject, FaultList faults)
    {
        var kind = KindOf(node);
        if (Section.Open(node, subject, KeysOf(kind), faults) is not { } section) return null;
        section.Word("kind", Kinds, "kind: kafka");
        return kind is null || kind.Value.AreRecords() ? Records(section, kind, faults) : Pages(section, kind.Value, faults);
    }

    private static Words KeysOf(SourceKind? kind) => kind switch
    {
        null or SourceKind.Kafka => KafkaKeys,
        SourceKind.Files => FilesKeys,
        SourceKind.Sqs => SqsKeys,
        _ => PageKeys,
    };

    /// <summary>The kind a source names, whatever else it says; null when it names none.</summary>
    public static SourceKind? KindOf(YamlNode? node) =>
        (node as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Value == "kind").Value is YamlText text
            ? SourceKinds.Parse(text.Value)
            : null;

    private static SourceSpec? Records(Section section, SourceKind? kind, FaultList faults)
    {
        var name = kind switch
        {
            SourceKind.Files => Names.Folder(section.Text("folder", "folder: and the folder of the drop store"), faults),
            SourceKind.Sqs => Names.Queue(section.Text("queue", "queue: and the queue's name"), faults),
            _ => Names.Topic(section.Text("topic", "topic: and the Kafka topic's name"), faults),
        };
        var format = section.Word("format", Formats, "format: json");
        var timeZone = TimeZone(section.Text("time_zone"), faults);
        var csv = CsvSection.Read(section, kind, format);
        var avro = AvroSection.Read(section, kind, format);
        if (kind is null || name is null || format is null) return null;
        return new(kind.Value, kind == SourceKind.Kafka ? name : "", FormatOf(format), timeZone)
        {
            Folder = kind == SourceKind.Files ? name : "", Queue = kind == SourceKind.Sqs ? name : "", Csv = csv,
            Avro = avro,
        };
    }

    private static RecordFormat FormatOf(string word) => word switch
    {
        "csv" => RecordFormat.Csv,
        "avro" => RecordFormat.Avro,
        _ => RecordFormat.Json,
    };

    private static SourceSpec? Pages(Section section, SourceKind kind, FaultList faults)
    {
        var records = section.Find("records", "records: and the key of an answer's list of records") switch
        {
            YamlText text => [text],
            YamlList { Items.Count: > 0 } list => section.Texts(list, "records"),
            null => [],
            var other => Refuse(section, other),
        };
        var envelope = section.Texts("envelope");
        var fieldMask = section.Text("field_mask");
        CheckTwice(section, [.. records, .. envelope]);
        if (SchemaOf(kind) is { } schema && envelope.All(key => key.Value != schema.Key))
            faults.Add(section.At("records"), $"'envelope' of {section.Subject} has no {FaultList.Quote(schema.Key)}, by which {kind.Text()} tells its columns",
                $"write envelope: [{schema.Key}, …]");
        if (fieldMask is not null && envelope.All(key => key.Value != fieldMask.Value))
            faults.Add(fieldMask, $"'field_mask' of {section.Subject} is {FaultList.Quote(fieldMask.Value)}, which is not in its envelope",
                "write it in envelope: too");
        var numbers = section.Word("numbers", NumberForms);
        return records.Count == 0 ? null : new(kind, "", RecordFormat.Json)
        {
            Pages = new(Values(section.Texts("streams")), Values(records), Values(envelope), section.Flag("records_optional"))
            {
                NumbersAsText = numbers is not null, Nulls = Values(section.Texts("nulls")), Unread = Values(section.Texts("unread")),
                FieldMask = fieldMask?.Value, Schema = SchemaOf(kind),
            },
        };
    }

    private static PageSchema? SchemaOf(SourceKind kind) => kind switch
    {
        SourceKind.BigQuery => new("schema", IsPositional: true),
        SourceKind.Relational => new("schema", IsPositional: false),
        _ => null,
    };

    private static void CheckTwice(Section section, IReadOnlyList<YamlText> keys)
    {
        foreach (var twice in keys.GroupBy(key => key.Value).Where(same => same.Count() > 1))
            section.Faults.Add(twice.Last(), $"{section.Subject} names {FaultList.Quote(twice.Key)} twice",
                "name it once, in records or envelope");
    }

    private static IReadOnlyList<YamlText> Refuse(Section section, YamlNode node)
    {
        section.Faults.Add(node, $"'records' of {section.Subject} is {(node is YamlList ? "an empty list" : node.Kind)}",
            "write the key of an answer's list of records, or a list of its names");
        return [];
    }

    private static IReadOnlyList<string> Values(IReadOnlyList<YamlText> texts) => [.. texts.Select(text => text.Value)];

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

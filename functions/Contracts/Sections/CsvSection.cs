using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>How a source's CSV is written: <c>csv: { delimiter: ";", fields: [timestamp, user_id], nulls: ["", "NULL"] }</c>.</summary>
internal static class CsvSection
{
    private static readonly Words Keys = new("key", "delimiter", "fields", "nulls");

    /// <summary>The spec; null for other formats, and where a part of it is bad, which is reported.</summary>
    public static CsvSpec? Read(Section source, SourceKind? kind, string? format)
    {
        var faults = source.Faults;
        if (format != "csv")
        {
            if (source.Has("csv") && format is not null)
                faults.Add(source.At("csv"), $"{source.Subject} has 'csv' and format {format}", "remove csv");
            return null;
        }
        var section = Section.Open(source.Find("csv"), $"'csv' of {source.Subject}", Keys, faults);
        var fields = section?.Texts("fields") ?? [];
        foreach (var twice in fields.GroupBy(field => field.Value, StringComparer.Ordinal).Where(same => same.Count() > 1))
            faults.Add(twice.Last(), $"'fields' of {section!.Subject} names {FaultList.Quote(twice.Key)} twice", "give each field a name of its own");
        if (kind != SourceKind.Files && fields.Count == 0)
            faults.Add(source.At("format"), $"{source.Subject} is CSV without a header line", "add csv: { fields: [the names of its fields in order] }");
        var nulls = section is null || !section.Has("nulls") ? [""] : section.Texts("nulls").Select(text => text.Value).ToArray();
        return new(Delimiter(section), [.. fields.Select(field => field.Value)], nulls);
    }

    private static char Delimiter(Section? section)
    {
        if (section?.Text("delimiter") is not { } text) return ',';
        if (text.Value is [var c] && char.IsAscii(c) && c is not ('"' or '\r' or '\n')) return c;
        section.Faults.Add(text, $"'delimiter' of {section.Subject} is {FaultList.Quote(text.Value)}", "write one ASCII character, such as \";\" or \"\\t\"");
        return ',';
    }
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>dedupe</c>: <c>{ key: [user_id, occurred_at], window: 3d, by: occurred_at, id: event_id }</c>.</summary>
internal static class DedupeSection
{
    private const int MaxDays = 400;

    private static readonly Words Keys = new("key", "key", "window", "by", "id");

    /// <summary>The rule; null when there is none or a part of it is bad, which is reported.</summary>
    public static DedupeSpec? Read(YamlNode? node, ColumnList columns, SourceList sources, TableSpec? table, FaultList faults)
    {
        if (Section.Open(node, "dedupe", Keys, faults) is not { } section) return null;
        if (sources.ArePages || table is { Mode: TableMode.ReplaceSlice })
            faults.Add(section.Map, "dedupe is for records, and the rows of slices are replaced", "remove it");
        var key = columns.Named(section, "key", "key: [the columns that identify a row]");
        foreach (var (at, column) in key) CheckKey(at, column, faults);
        var id = section.Text("id");
        if (id is not null && columns.Find(id, "'id' of dedupe") is { } identity) CheckKey(id, identity, faults);
        var by = By(section, columns);
        var window = Window(section);
        if (key.Count == 0 || by is null || window is null) return null;
        return new([.. key.Select(named => named.At.Value)], window.Value, by, id?.Value);
    }

    private static void CheckKey(YamlText at, ColumnDraft column, FaultList faults)
    {
        if (column.Type is { Kind: ColumnKind.Json or ColumnKind.Float64 } type)
            faults.Add(at, $"'{at.Value}' has type {type}, which cannot identify a row", "name a column of another type");
        if (column.Section.Has("mask"))
            faults.Add(at, $"'{at.Value}' is masked, and its masks change with the keys", "name a column that is not masked");
    }

    private static string? By(Section section, ColumnList columns)
    {
        var named = section.Text("by");
        var column = named is null
            ? columns.FirstOf(ColumnKind.Timestamp)
            : columns.Find(named, "'by' of dedupe");
        var at = named ?? section.Map as YamlNode;
        if (column is null)
        {
            if (named is null)
                section.Faults.Add(at, "dedupe needs a timestamp column to measure its window by", "add a required timestamp column");
            return null;
        }
        if (column.Type is { Kind: not ColumnKind.Timestamp } type)
            section.Faults.Add(at, $"'{column.Name?.Value}' has type {type}, by which no window is measured", "name a timestamp column");
        else if (!columns.IsRequired(column))
            section.Faults.Add(at, $"'{column.Name?.Value}' measures the window of dedupe and a row could be without it",
                $"write required: true at column '{column.Name?.Value}'");
        return column.Name?.Value;
    }

    private static TimeSpan? Window(Section section) => section.Text("window", "window: 3d") is { } text
        ? SpanText.Read(text, "'window' of dedupe", MaxDays, "90m, 12h, 3d", section.Faults)
        : null;
}

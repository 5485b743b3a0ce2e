using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>
/// The contract's <c>table</c>: <c>{ name: user_activity_latest, key: [user_id, SKU], newer_by: event_datetime }</c>, or with
/// <c>mode: replace_slice</c> and the <c>slice</c> in place of <c>newer_by</c>.
/// </summary>
internal static class TableSection
{
    private const int MaxKeyColumns = 32;       // https://www.postgresql.org/docs/current/limits.html

    private static readonly Words Keys = new("key", "name", "key", "mode", "newer_by", "slice");

    private static readonly Words Modes = new("mode", ["upsert", "replace_slice"], ["append"]);

    /// <summary>The table; null when there is none or a part of it is bad, which is reported.</summary>
    /// <param name="lake">The layout, whose folders are slices; null when it is bad.</param>
    public static TableSpec? Read(YamlNode? node, ColumnList columns, LakeSpec? lake, SourceList sources, FaultList faults)
    {
        if (Section.Open(node, "table", Keys, faults) is not { } section) return null;
        var name = Names.SnakeCase(section.Text("name", "name: and what the warehouse calls the table"), "a table", faults);
        var replaces = section.Word("mode", Modes) == "replace_slice";
        var key = columns.Named(section, "key", "key: [the columns that identify a row]");
        foreach (var (at, column) in key) CheckKey(at, column, columns, faults);
        if (key.Count > MaxKeyColumns)
            faults.Add(key[0].At, $"'key' of table names {key.Count} columns", $"name at most {MaxKeyColumns}, as PostgreSQL demands");
        columns.CheckTableColumns();
        IReadOnlyList<string> names = [.. key.Select(named => named.At.Value)];
        if (replaces)
        {
            NotBoth(section, "newer_by", "with mode replace_slice the later extraction is newer");
            var slice = SliceSection.Read(section, columns, names, lake, sources, faults);
            return name is null || slice is null ? null : new(name, names, null, TableMode.ReplaceSlice, slice);
        }
        NotBoth(section, "slice", "only mode replace_slice has one");
        var newerBy = section.Text("newer_by", "newer_by: and the column that decides which of two rows with one key stays");
        if (newerBy is not null && columns.Find(newerBy, "'newer_by' of table") is { } decider)
            CheckNewerBy(newerBy, decider, columns, faults);
        return name is null || newerBy is null ? null : new(name, names, newerBy.Value);
    }

    /// <summary>Reports a column whose value a row could lack.</summary>
    public static void CheckRequired(YamlText at, ColumnDraft column, ColumnList columns, string role, FaultList faults)
    {
        if (columns.IsRequired(column)) return;
        var read = column.Derive?.Column.Value ?? at.Value;
        faults.Add(at, $"'{at.Value}' {role} and a row could be without it", $"write required: true at column '{read}'");
    }

    private static void NotBoth(Section section, string key, string why)
    {
        if (section.Has(key)) section.Faults.Add(section.At(key), $"'{key}' of table stands beside another mode", $"remove it; {why}");
    }

    private static void CheckKey(YamlText at, ColumnDraft column, ColumnList columns, FaultList faults)
    {
        CheckRequired(at, column, columns, "is in the table's key", faults);
        if (column.Mask is { NeedsKey: false }) MaskRules.Refuse(at, column, "the table's key", faults);
        if (column.Type is { Kind: ColumnKind.Json or ColumnKind.Float64 } type)
            faults.Add(at, $"'{at.Value}' has type {type}, which cannot identify a row", "name a column of another type");
    }

    private static void CheckNewerBy(YamlText at, ColumnDraft column, ColumnList columns, FaultList faults)
    {
        CheckRequired(at, column, columns, "decides which row is newer", faults);
        // Texts have an order for every collation, and "10" comes before "9" in all of them.
        if (column.Type is { Kind: ColumnKind.Json or ColumnKind.Bool or ColumnKind.String } type)
            faults.Add(at, $"'{at.Value}' has type {type}, which has no order in time or number",
                "name a timestamp, date, int64, decimal or float64 column");
    }
}

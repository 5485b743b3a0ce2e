using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>columns</c>: reads them, checks each against the others, and finds the ones other sections name.</summary>
internal sealed class ColumnList
{
    /// <summary>What to write when there are none.</summary>
    public const string Example = "columns: and a list of { name: …, type: …, from: … }";

    private readonly List<ColumnDraft> drafts = [];
    private readonly FaultList faults;

    private ColumnList(FaultList faults) => this.faults = faults;

    /// <summary>Columns that are mappings, good or bad.</summary>
    public int Count => drafts.Count;

    /// <summary>Reads the list and reports all that is wrong with it.</summary>
    public static ColumnList Read(YamlNode? node, FaultList faults)
    {
        var columns = new ColumnList(faults);
        if (node is YamlList { Items.Count: > 0 } list)
        {
            for (var i = 0; i < list.Items.Count; i++)
                if (ColumnSection.Read(list.Items[i], i + 1, faults) is { } draft) columns.drafts.Add(draft);
            columns.CheckNames();
            columns.CheckPaths();
            foreach (var draft in columns.drafts) columns.CheckDerivation(draft);
        }
        else if (node is not null)
        {
            var kind = node is YamlList ? "an empty list" : $"{node.Kind}, not a list";
            faults.Add(node, $"'columns' of the contract is {kind}", $"write {Example}");
        }
        return columns;
    }

    /// <summary>The columns, when none has a fault.</summary>
    public IReadOnlyList<ColumnSpec> ToSpecs() => [.. drafts.Select(draft => new ColumnSpec(
        draft.Name!.Value, draft.Type!.Value, [.. draft.From.Select(path => path.Value)],
        draft.DeriveFrom is { } column ? new(DerivationKind.Date, column.Value) : null,
        IsRequired(draft), draft.MaxLength, draft.Description))];

    /// <summary>The columns a key of another section names, each with the text that does; unknown and repeated ones are reported.</summary>
    /// <param name="example">With one, the key must be there and name a column.</param>
    public IReadOnlyList<(YamlText At, ColumnDraft Column)> Named(Section section, string key, string? example = null)
    {
        var named = new List<(YamlText, ColumnDraft Column)>();
        foreach (var text in section.Texts(key, example))
        {
            if (Find(text, $"'{key}' of {section.Subject}") is not { } column) continue;
            if (named.Exists(other => other.Column == column))
                faults.Add(text, $"'{key}' of {section.Subject} names '{text.Value}' twice", "name it once");
            else named.Add((text, column));
        }
        return named;
    }

    /// <summary>The column of a name; null when there is none, which is reported.</summary>
    /// <param name="what">Who names it.</param>
    public ColumnDraft? Find(YamlText name, string what)
    {
        if (drafts.Find(draft => draft.Name?.Value == name.Value) is { } found) return found;
        if (drafts.Count == 0) return null;     // that there are no columns is reported already
        var names = new Words("column", [.. drafts.Select(draft => draft.Name?.Value).OfType<string>()]);
        faults.Add(name, $"{what} names {FaultList.Quote(name.Value)}, which is no column of this contract", names.InsteadOf(name.Value));
        return null;
    }

    /// <summary>A row always has a value of this column: it is required, or made from a required one.</summary>
    public bool IsRequired(ColumnDraft draft)
    {
        if (draft.Required || !draft.Section.Has("derive")) return draft.Required;
        // What it is made from may be bad itself: that is reported, and once is enough.
        var source = drafts.Find(other => other.Name?.Value == draft.DeriveFrom?.Value && !other.Section.Has("derive"));
        return source is null || source.Required || source.Type is { Kind: not ColumnKind.Timestamp };
    }

    /// <summary>Reports columns that a PostgreSQL table cannot have: each table has hidden ones of these names.</summary>
    /// <remarks>https://www.postgresql.org/docs/current/ddl-system-columns.html</remarks>
    public void CheckTableColumns()
    {
        foreach (var draft in drafts)
            if (draft.Name is { Value: "tableoid" or "xmin" or "xmax" or "cmin" or "cmax" or "ctid" } name)
                faults.Add(name, $"'{name.Value}' is a system column of every PostgreSQL table", "give the column another name");
    }

    private void CheckNames()
    {
        // DuckDB, Glue and Athena take SKU and sku for one column.
        var seen = new Dictionary<string, YamlText>(StringComparer.OrdinalIgnoreCase);
        foreach (var draft in drafts)
        {
            if (draft.Name is not { } name || seen.TryAdd(name.Value, name)) continue;
            var first = seen[name.Value];
            faults.Add(name, first.Value == name.Value
                ? $"column '{name.Value}' is there twice, first in line {first.Line}"
                : $"column '{name.Value}' differs only in case from '{first.Value}' in line {first.Line}, and query engines ignore case",
                "give it another name or remove it");
        }
    }

    private void CheckPaths()
    {
        var seen = new Dictionary<string, (YamlText Path, ColumnDraft Column)>(StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            foreach (var path in draft.From)
            {
                if (!seen.TryAdd(path.Value, (path, draft)))
                    faults.Add(path, $"{draft.Section.Subject} reads '{path.Value}', which line {seen[path.Value].Path.Line} reads already",
                        "read another field or remove it");
            }
        }
        foreach (var (path, column) in seen.Values) CheckParents(path, column, seen);
    }

    // A field is a value or an object: the record that satisfies both columns does not exist. A json column takes objects too.
    private void CheckParents(YamlText path, ColumnDraft column, Dictionary<string, (YamlText Path, ColumnDraft Column)> seen)
    {
        for (var dot = path.Value.IndexOf('.'); dot > 0; dot = path.Value.IndexOf('.', dot + 1))
        {
            if (seen.TryGetValue(path.Value[..dot], out var parent) && parent.Column.Type is { Kind: not ColumnKind.Json })
                faults.Add(path, $"{column.Section.Subject} reads '{path.Value}', but line {parent.Path.Line} reads its parent as a value",
                    $"read a field inside '{parent.Path.Value}' there, or make that column json");
        }
    }

    private void CheckDerivation(ColumnDraft draft)
    {
        if (draft.DeriveFrom is not { } name || draft.Section.Has("from")) return;
        var subject = draft.Section.Subject;
        if (draft.Type is { Kind: not ColumnKind.Date } type)
            faults.Add(draft.Section.At("type"), $"{subject} is made by date(…) and has type {type}", "write type: date");
        if (Find(name, $"'derive' of {subject}") is not { } source) return;
        if (source.Section.Has("derive"))
            faults.Add(name, $"{subject} is made from '{name.Value}', which is derived itself", "name a column that has 'from'");
        else if (source.Type is { Kind: not ColumnKind.Timestamp })
            faults.Add(name, $"{subject} is made from '{name.Value}', which has type {source.Type}", "name a timestamp column");
        else if (draft.Required && !source.Required)
            faults.Add(draft.Section.At("required"), $"{subject} is required, but is made from '{name.Value}', which is not",
                $"write required: true at column '{name.Value}'");
    }
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>columns</c>: reads them, checks each against the others, and finds the ones other sections name.</summary>
internal sealed class ColumnList
{
    /// <summary>What to write when there are none.</summary>
    public const string Example = "columns: and a list of { name: …, type: …, from: … }";

    private readonly List<ColumnDraft> drafts = [];
    private readonly SourceList sources;
    private readonly FaultList faults;

    private ColumnList(SourceList sources, FaultList faults) => (this.sources, this.faults) = (sources, faults);

    /// <summary>Columns that are mappings, good or bad.</summary>
    public int Count => drafts.Count;

    /// <summary>Reads the list and reports all that is wrong with it.</summary>
    public static ColumnList Read(YamlNode? node, SourceList sources, FaultList faults)
    {
        var columns = new ColumnList(sources, faults);
        if (node is YamlList { Items.Count: > 0 } list)
        {
            for (var i = 0; i < list.Items.Count; i++)
                if (ColumnSection.Read(list.Items[i], i + 1, sources, faults) is { } draft) columns.drafts.Add(draft);
            columns.CheckNames();
            new ColumnPaths(columns.drafts, faults).Check(sources);
            AvroPaths.Check(columns.drafts, sources, faults);
            foreach (var draft in columns.drafts) new DerivationRules(columns, draft, faults).Check(sources);
            foreach (var draft in columns.drafts) MaskRules.Check(draft, columns.HasEventTime, sources, faults);
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
        draft.Name!.Value, draft.Type!.Value, draft.Section.HasMap("from") ? [] : Values(draft.From.Values.FirstOrDefault([])),
        draft.Derive?.ToSpec(),
        IsRequired(draft), draft.MaxLength, draft.Description)
    {
        FromBySource = draft.Section.HasMap("from") ? draft.From.ToDictionary(each => each.Key, each => Values(each.Value)) : null,
        Units = draft.Units, Defaults = draft.Defaults, Form = draft.Form, Rounded = draft.Rounded,
        RequiredIn = Values(draft.RequiredIn), Mask = draft.Mask, Listed = draft.Required && draft.Defaults.Count > 0,
    })];

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

    /// <summary>The first column of a kind; null when there is none.</summary>
    public ColumnDraft? FirstOf(ColumnKind kind) => drafts.Find(draft => draft.Type?.Kind == kind);

    /// <summary>The column of a name; null when there is none.</summary>
    public ColumnDraft? Find(string name) => drafts.Find(draft => draft.Name?.Value == name);

    /// <summary>The column of a name that stands in front of another one; null when there is none.</summary>
    public ColumnDraft? Before(ColumnDraft draft, string name) =>
        drafts.Take(drafts.IndexOf(draft)).FirstOrDefault(other => other.Name?.Value == name);

    /// <summary>A row always has a value of this column: it is required, has a default, or is made from such ones.</summary>
    public bool IsRequired(ColumnDraft draft)
    {
        if (draft.Required) return true;
        if (!draft.Section.Has("derive")) return sources.Kinds.Count > 0 && sources.Kinds.All(draft.Defaults.ContainsKey);
        if (draft.Derive is not { } derive) return true;        // what is wrong is reported already, and once is enough
        if (derive.MayFind) return false;
        if (derive.Kind == DerivationKind.Coalesce)
            return derive.Columns.Any(name => SourceOf(draft, derive, name.Value) is { } source && IsRequired(source));
        return derive.Columns.All(name => SourceOf(draft, derive, name.Value) is not { } source || IsRequired(source));
    }

    private bool HasEventTime => drafts.Find(draft => draft.Type is { Kind: ColumnKind.Timestamp }) is { } first && IsRequired(first);

    // What is made from another derived column stands behind it; so no column is made from itself.
    private ColumnDraft? SourceOf(ColumnDraft draft, DerivationDraft derive, string name) => derive.Kind switch
    {
        DerivationKind.Times => Before(draft, name) is { Type: null or { Kind: ColumnKind.Decimal } } factor ? factor : null,
        DerivationKind.Coalesce or DerivationKind.Bucket =>
            ReadBefore(draft, name) is { Type: null or { Kind: ColumnKind.String } } text ? text : null,
        _ => drafts.Find(other => other.Name?.Value == name && !other.Section.Has("derive")
            && other.Type is null or { Kind: ColumnKind.Timestamp }),
    };

    private ColumnDraft? ReadBefore(ColumnDraft draft, string name) =>
        Before(draft, name) ?? drafts.Find(other => other.Name?.Value == name && !other.Section.Has("derive"));

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

    private static IReadOnlyList<string> Values(IReadOnlyList<YamlText> texts) => [.. texts.Select(text => text.Value)];
}

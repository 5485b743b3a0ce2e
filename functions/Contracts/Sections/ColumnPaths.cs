using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>What the columns read, source by source: no field twice but under another mask, and none both as a value and as an
/// object.</summary>
internal sealed class ColumnPaths(IReadOnlyList<ColumnDraft> columns, FaultList faults)
{
    // What all sources read alike is at fault once.
    private readonly HashSet<YamlText> reported = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reports all that is wrong.</summary>
    public void Check(SourceList sources)
    {
        foreach (var kind in sources.Kinds)
            CheckSource(kind, sources.Specs.Any(spec => spec.Kind == kind && spec.Format == RecordFormat.Json));
        foreach (var column in columns) CheckSources(column, sources);
        foreach (var source in sources.Specs) CheckFields(source);
    }

    // A field may be read twice where the columns hide it in two ways, by a decoder that looks fields up by their names.
    private void CheckSource(SourceKind kind, bool isJson)
    {
        var seen = new Dictionary<string, (YamlText Path, ColumnDraft Column)>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            foreach (var path in column.From.GetValueOrDefault(kind, []))
            {
                if (seen.TryAdd(path.Value, (path, column)) || (isJson && seen[path.Value].Column.Mask != column.Mask)) continue;
                Add(path, $"{column.Section.Subject} reads '{path.Value}', which line {seen[path.Value].Path.Line} reads already",
                    "read another field or remove it");
            }
        }
        foreach (var (path, column) in seen.Values) CheckParents(path, column, seen);
    }

    // A field is a value or an object: the record that satisfies both columns does not exist. A json column takes objects too.
    private void CheckParents(YamlText path, ColumnDraft column, Dictionary<string, (YamlText Path, ColumnDraft Column)> seen)
    {
        var plain = PathText.Plain(path.Value);
        for (var dot = plain.IndexOf('.'); dot > 0; dot = plain.IndexOf('.', dot + 1)) CheckParent(path, plain[..dot], column, seen);
        if (plain != path.Value) CheckParent(path, plain, column, seen);
    }

    private void CheckParent(
        YamlText path, string parentPath, ColumnDraft column, Dictionary<string, (YamlText Path, ColumnDraft Column)> seen)
    {
        if (seen.TryGetValue(parentPath, out var parent) && parent.Column.Type is { Kind: not ColumnKind.Json })
            Add(path, $"{column.Section.Subject} reads '{path.Value}', but line {parent.Path.Line} reads its parent as a value",
                $"read a field inside '{parent.Path.Value}' there, or make that column json");
    }

    // Only a mapping by source can leave one out.
    private void CheckSources(ColumnDraft column, SourceList sources)
    {
        if (!column.Required || !column.Section.HasMap("from")) return;
        foreach (var kind in sources.Kinds)
            if (!column.From.ContainsKey(kind) && !column.Defaults.ContainsKey(kind))
                faults.Add(column.Section.At("from"), $"{column.Section.Subject} is required and has no path for {kind.Text()}",
                    $"add {kind.Text()}: and the path there, or a default");
    }

    // Where CSV has no header line, the contract says itself which fields there are.
    private void CheckFields(SourceSpec source)
    {
        if (source.Csv is not { Fields: { Count: > 0 } fields }) return;
        foreach (var column in columns)
            if (column.From.GetValueOrDefault(source.Kind, []) is { Count: > 0 } paths && !paths.Any(path => fields.Contains(path.Value)))
                Add(paths[0], $"{column.Section.Subject} reads '{paths[0].Value}', which csv of the source does not name",
                    "name it in csv: { fields: […] } where it stands in a record, or read another field");
    }

    private void Add(YamlText path, string message, string remedy)
    {
        if (reported.Add(path)) faults.Add(path, message, remedy);
    }
}

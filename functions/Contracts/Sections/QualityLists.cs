using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The lists of a contract's <c>quality</c>: columns, ratios and agreements.</summary>
internal static class QualityLists
{
    private const double RatioDeviation = 0.5;
    private const double AgreementDeviation = 0.2;

    private static readonly Words ColumnKeys = new("key", "column", "max_null_ratio", "min", "max");
    private static readonly Words RatioKeys = new("key", "name", "of", "to", "deviation");
    private static readonly Words AgreementKeys = new("key", "name", "column", "stream", "with_stream", "with_dataset", "deviation");

    /// <summary><c>columns: [{ column: value, min: 0, max: 10000, max_null_ratio: 0.1 }]</c></summary>
    public static IReadOnlyList<ColumnBounds> Columns(Section quality, ColumnList columns)
    {
        var bounds = new List<ColumnBounds>();
        foreach (var section in Open(quality, "columns", "{ column: …, min: …, max: …, max_null_ratio: … }", ColumnKeys))
        {
            if (section.Text("column", "column: and the column that is bounded") is not { } name) continue;
            var nulls = QualitySection.Ratio(section, "max_null_ratio");
            var (min, max) = (Bound(section, "min"), Bound(section, "max"));
            if (columns.Find(name, $"'column' of {section.Subject}") is null) continue;
            if (bounds.Exists(other => other.Column == name.Value))
                section.Faults.Add(name, $"'columns' of quality names '{name.Value}' twice", "write its bounds in one item");
            if (min > max)
                section.Faults.Add(section.At("max"), $"'max' of {section.Subject} is less than its 'min'", "correct one of them");
            var (hasMin, hasMax) = (section.Has("min"), section.Has("max"));
            if (hasMin || hasMax) QualitySection.IsNumber(name, section, columns);
            if (!hasMin && !hasMax && !section.Has("max_null_ratio"))
                section.Faults.Add(section.Map, $"{section.Subject} bounds nothing", "add min, max or max_null_ratio");
            bounds.Add(new(name.Value, nulls, min, max));
        }
        return bounds;
    }

    /// <summary><c>ratios: [{ name: ctr, of: clicks, to: impressions, deviation: 0.5 }]</c></summary>
    public static IReadOnlyList<RatioSpec> Ratios(Section quality, ColumnList columns)
    {
        var ratios = new List<RatioSpec>();
        foreach (var section in Open(quality, "ratios", "{ name: …, of: …, to: … }", RatioKeys))
        {
            var name = Name(section, "a ratio", ratios.Select(other => other.Name));
            var of = section.Text("of", "of: and the column that is divided");
            var to = section.Text("to", "to: and the column it is divided by");
            var deviation = QualitySection.Deviation(section) ?? RatioDeviation;
            if (of is null || to is null) continue;
            var areNumbers = QualitySection.IsNumber(of, section, columns) & QualitySection.IsNumber(to, section, columns);
            if (areNumbers && name is not null) ratios.Add(new(name, of.Value, to.Value, deviation));
        }
        return ratios;
    }

    /// <summary><c>agreements: [{ name: tracked_clicks, column: clicks, stream: campaign, with_dataset: clicks, deviation: 0.3
    /// }]</c></summary>
    public static IReadOnlyList<AgreementSpec> Agreements(Section quality, ColumnList columns, TableSpec? table)
    {
        var agreements = new List<AgreementSpec>();
        if (quality.Has("agreements") && table is not { Mode: TableMode.ReplaceSlice })
            quality.Faults.Add(quality.At("agreements"),
                "'agreements' of quality compares streams of slices, and the table has no slices", "remove it");
        foreach (var section in Open(quality, "agreements", "{ name: …, column: …, stream: …, with_stream: … }", AgreementKeys))
        {
            var name = Name(section, "an agreement", agreements.Select(other => other.Name));
            var column = section.Text("column", "column: and the column whose sum is compared");
            var stream = section.Text("stream", "stream: and the stream that tells it");
            var (withStream, withDataset) = (section.Text("with_stream"), section.Text("with_dataset"));
            if (section.Has("with_stream") == section.Has("with_dataset"))
                section.Faults.Add(section.Map, $"{section.Subject} is compared with {(withStream is null ? "nothing" : "two things")}",
                    "write one of with_stream and with_dataset");
            var deviation = QualitySection.Deviation(section) ?? AgreementDeviation;
            if (column is not null && QualitySection.IsNumber(column, section, columns) && name is not null && stream is not null)
                agreements.Add(new(name, column.Value, stream.Value, withStream?.Value, withDataset?.Value, deviation));
        }
        return agreements;
    }

    private static IEnumerable<Section> Open(Section quality, string key, string example, Words keys)
    {
        var node = quality.Find(key);
        if (node is YamlList list)
        {
            for (var i = 0; i < list.Items.Count; i++)
                if (Section.Open(list.Items[i], $"item {i + 1} of '{key}' of quality", keys, quality.Faults) is { } section)
                    yield return section;
        }
        else if (node is not null)
            quality.Faults.Add(node, $"'{key}' of quality is {node.Kind}, not a list", $"write a list of {example}");
    }

    private static string? Name(Section section, string what, IEnumerable<string> others)
    {
        var text = section.Text("name", "name: and what people call it");
        var name = Names.SnakeCase(text, what, section.Faults);
        if (name is not null && others.Contains(name))
            section.Faults.Add(text!, $"{what} '{name}' is there twice", "give one of the two another name");
        return name;
    }

    private static double? Bound(Section section, string key)
    {
        if (section.Text(key) is not { } text) return null;
        if (QualitySection.Number(text) is { } number) return number;
        section.Faults.Add(text, $"'{key}' of {section.Subject} is {FaultList.Quote(text.Value)}", "write a number, without quotes");
        return null;
    }
}

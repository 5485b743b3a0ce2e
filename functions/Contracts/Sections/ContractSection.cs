using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>A contract and the places other files may clash with.</summary>
/// <param name="Contract">Null when a part of it could not be read.</param>
/// <param name="Dataset">Where its dataset is named; null when that is missing or bad.</param>
/// <param name="Table">Where its table is named; null when there is none or it is bad.</param>
internal sealed record ContractDraft(DatasetContract? Contract, YamlText? Dataset, YamlText? Table);

/// <summary>The document as a whole.</summary>
internal static class ContractSection
{
    private static readonly Words Keys = new(
        "key", "dataset", "version", "description", "owner", "source", "sources", "columns", "filters", "dedupe", "lake", "table", "quality",
        "limits");

    /// <summary>Reads every section and reports all that is wrong; null when the document is not a mapping.</summary>
    public static ContractDraft? Read(YamlNode? root, FaultList faults)
    {
        if (Section.Open(root, "the contract", Keys, faults) is not { } section) return null;
        var stem = Path.GetFileNameWithoutExtension(faults.File);
        var dataset = section.Text("dataset", $"dataset: {stem}");
        var name = Names.SnakeCase(dataset, "a dataset", faults);
        if (name is not null && name != stem)
            faults.Add(dataset!, $"dataset '{name}' is in a file of another name", $"rename the file to {name}.yaml or write {stem}");
        var version = section.Number("version", 1, int.MaxValue, "version: 1");
        var sources = SourceList.Read(section);
        var columns = ColumnList.Read(section.Find("columns", ColumnList.Example), sources, faults);
        var lake = LakeSection.Read(section.Find("lake", LakeSection.Example), columns, faults);
        var tableNode = section.Find("table");
        var table = TableSection.Read(tableNode, columns, lake, sources, faults);
        if (tableNode is not null && sources.Specs.Any(source => source.Avro?.RowsOf is not null))
            faults.Add(tableNode,
                "the contract has a table, and makes several rows of one record, which a table cannot tell from each other by where they come from",
                "remove table, or rows_of");
        var filters = FilterList.Read(section.Find("filters"), columns, faults);
        var dedupe = DedupeSection.Read(section.Find("dedupe"), columns, sources, table, faults);
        var quality = QualitySection.Read(section.Find("quality"), columns, sources, table, section.Has("dedupe"), faults);
        var limits = LimitsSection.Read(section.Find("limits"), faults);
        var (description, owner) = (section.Sentence("description"), section.Sentence("owner"));
        var tableName = (tableNode as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Value == "name").Value as YamlText;
        var contract = !faults.IsEmpty ? null : new DatasetContract
        {
            Dataset = name!, Version = version!.Value, Description = description, Owner = owner, Source = sources.Specs[0],
            Sources = sources.Specs, Columns = columns.ToSpecs(), Lake = lake!, Table = table, Quality = quality, Limits = limits,
            Filters = filters, Dedupe = dedupe,
        };
        return new(contract, name is null ? null : dataset, table is null ? null : tableName);
    }
}

using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>Says in Markdown, for people, what the contracts say.</summary>
public static class DataDictionary
{
    /// <summary>The whole dictionary, datasets in the order of their names; depends on nothing but the set.</summary>
    public static string Write(ContractSet contracts)
    {
        var page = new StringBuilder();
        page.Append("# Data dictionary\n\n");
        page.Append("Made from the contracts in this folder; change those, then run\n");
        page.Append("`UPDATE_GOLDEN=1 bash infra/local/test.sh DataDictionary`.\n");
        foreach (var contract in contracts.Contracts) WriteDataset(page, contract);
        return page.ToString();
    }

    private static void WriteDataset(StringBuilder page, DatasetContract contract)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {contract.Dataset}\n\n");
        if (contract.Description.Length > 0) page.Append(Cell(contract.Description)).Append("\n\n");
        Fact(page, "version", contract.Version.ToString(CultureInfo.InvariantCulture));
        if (contract.Owner.Length > 0) Fact(page, "owner", Cell(contract.Owner));
        foreach (var source in contract.Sources) Fact(page, "source", DictionaryWords.Source(source));
        foreach (var filter in contract.Filters) Fact(page, "left out", RuleWords.Filter(filter));
        if (contract.Dedupe is { } dedupe) Fact(page, "once only", RuleWords.Dedupe(dedupe));
        Fact(page, "lake", Lake(contract));
        if (contract.Table is { } table) Fact(page, "table", Table(table));
        foreach (var rule in QualityWords.Of(contract)) Fact(page, "quality", rule);
        foreach (var view in contract.Views) Fact(page, "view", $"`{view.Name}`");
        Fact(page, "a record", string.Create(CultureInfo.InvariantCulture,
            $"at most {contract.Limits.MaxRecordBytes:N0} bytes, nested at most {contract.Limits.MaxDepth} deep"));
        page.Append("\n| column | type | always there | made from | what it is |\n|---|---|---|---|---|\n");
        foreach (var column in contract.Columns) WriteColumn(page, column, contract);
    }

    private static void WriteColumn(StringBuilder page, ColumnSpec column, DatasetContract contract)
    {
        var type = column.MaxLength is { } length
            ? string.Create(CultureInfo.InvariantCulture, $"{column.Type}, at most {length:N0} characters")
            : column.Type.ToString();
        var place = contract.Lake.PartitionBy.Contains(column.Name) ? " (folder)" : "";
        page.Append(CultureInfo.InvariantCulture,
            $"| `{column.Name}`{place} | {type} | {(column.Required ? "yes" : "no")} | {DictionaryWords.Origin(column, contract)} "
            + $"| {Cell(column.Description)} |\n");
    }

    private static string Lake(DatasetContract contract)
    {
        var folders = string.Concat(contract.Lake.PartitionBy.Select(column => $"{column}=…/"));
        var order = contract.Lake.SortBy.Count == 0 ? "" : $", rows in order of {Names(contract.Lake.SortBy)}";
        var codec = contract.Lake.Codec == LakeCodec.None ? "not compressed" : contract.Lake.Codec.ToString().ToLowerInvariant();
        var bloom = contract.Lake.Bloom.Count == 0 ? "" : $", bloom filters of {Names(contract.Lake.Bloom)}";
        return $"`{contract.Dataset}/{folders}*.parquet`, {codec}{order}{bloom}";
    }

    private static string Table(TableSpec table)
    {
        var rows = $"`{table.Name}`, one row for each {Names(table.Key)}";
        if (table.Slice is not { } slice) return $"{rows}: the one with the latest `{table.NewerBy}`";
        var columns = new[] { slice.Source, slice.Account, slice.Stream, slice.Day }.OfType<string>().ToList();
        return $"{rows}; the newest extraction replaces all rows of its {Names(columns)}";
    }

    private static void Fact(StringBuilder page, string name, string value) => page.Append($"- {name}: {value}\n");

    private static string Names(IReadOnlyList<string> columns) => string.Join(", ", columns.Select(column => $"`{column}`"));

    /// <summary>A text for one cell of a table.</summary>
    internal static string Cell(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|");
}

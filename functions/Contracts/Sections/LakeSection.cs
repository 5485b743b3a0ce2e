using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>lake</c>: <c>{ partition_by: [event_date], sort_by: [event_datetime], codec: zstd,
/// bloom: [user_id] }</c>.</summary>
internal static class LakeSection
{
    /// <summary>What to write when there is none.</summary>
    public const string Example = "lake: { partition_by: [a date column], codec: zstd }";

    private static readonly Words Keys = new("key", "partition_by", "sort_by", "codec", "bloom");

    private static readonly Words Codecs = new("codec", "zstd", "snappy", "gzip", "none");

    /// <summary>The layout; null when there is none or a part of it is bad, which is reported.</summary>
    public static LakeSpec? Read(YamlNode? node, ColumnList columns, FaultList faults)
    {
        if (Section.Open(node, "lake", Keys, faults) is not { } section) return null;
        var partitionBy = columns.Named(section, "partition_by");
        foreach (var (at, column) in partitionBy)
            if (column.Type is { Kind: ColumnKind.Float64 or ColumnKind.Json or ColumnKind.Timestamp or ColumnKind.Decimal } type)
                faults.Add(at, $"'{at.Value}' has type {type}, which makes no folder names",
                    "name a date, string, int64 or bool column; of a timestamp, a column with derive: date(…)");
        foreach (var (at, column) in partitionBy) MaskRules.Refuse(at, column, "partition_by", faults);
        foreach (var (at, column) in partitionBy)
            if (column.Defaults.Values.Contains("\"\""))
                faults.Add(at, $"'{at.Value}' can be an empty text by its default, which a folder name cannot tell from null",
                    "give it another default");
        foreach (var (at, column) in partitionBy)
            if (column.Derive is { Kind: DerivationKind.Lookup or DerivationKind.Coalesce or DerivationKind.RegisteredDomain } derive)
                faults.Add(at, $"'{at.Value}' is made by {derive.Form}, whose texts can be empty or too long for a folder",
                    "name another column");
        if (columns.Count > 0 && partitionBy.Count == columns.Count)
            faults.Add(section.At("partition_by"), "every column is in partition_by, which leaves none for the files", "take one out");
        var sortBy = columns.Named(section, "sort_by");
        foreach (var (at, column) in sortBy)
        {
            if (column.Type is { Kind: ColumnKind.Json })
                faults.Add(at, $"'{at.Value}' has type json, which has no order", "name another column");
            if (partitionBy.Any(other => other.Column == column))
                faults.Add(at, $"'{at.Value}' is in partition_by, so that a file holds one value of it", "remove it from sort_by");
        }
        var bloom = ReadBloom(section, columns, partitionBy.Select(named => named.Column));
        var codec = section.Word("codec", Codecs) switch
        {
            "snappy" => LakeCodec.Snappy,
            "gzip" => LakeCodec.Gzip,
            "none" => LakeCodec.None,
            _ => LakeCodec.Zstd,
        };
        return new([.. partitionBy.Select(named => named.At.Value)], [.. sortBy.Select(named => named.At.Value)], codec) { Bloom = bloom };
    }

    private static List<string> ReadBloom(Section section, ColumnList columns, IEnumerable<ColumnDraft> folders)
    {
        var bloom = columns.Named(section, "bloom");
        foreach (var (at, column) in bloom)
        {
            if (column.Type is { Kind: ColumnKind.Json or ColumnKind.Bool or ColumnKind.Float64 } type)
                section.Faults.Add(at, $"'{at.Value}' has type {type}, of which nobody looks up one value",
                    "name a string, int64, decimal, timestamp or date column");
            if (folders.Contains(column))
                section.Faults.Add(at, $"'{at.Value}' is in partition_by, so that a file holds one value of it", "remove it from bloom");
        }
        return [.. bloom.Select(named => named.At.Value)];
    }
}

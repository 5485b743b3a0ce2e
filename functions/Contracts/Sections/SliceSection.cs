using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The table's <c>slice</c>: <c>{ source: platform, account: account_id, stream: level, day: report_date }</c>.</summary>
internal static class SliceSection
{
    private const string Example = "slice: { account: …, stream: …, day: … } with the columns that tell a row's slice";

    private static readonly Words Keys = new("key", "source", "account", "stream", "day");

    /// <summary>The columns; null when one is missing or bad, which is reported.</summary>
    /// <param name="key">The table's key.</param>
    public static SliceColumns? Read(
        Section table, ColumnList columns, IReadOnlyList<string> key, LakeSpec? lake, SourceList sources, FaultList faults)
    {
        if (sources is { Kinds.Count: > 0, ArePages: false })
            faults.Add(table.At("mode"), "'mode' of table is 'replace_slice', and a Kafka topic has no slices", "write mode: upsert");
        if (Section.Open(table.Find("slice", Example), "slice", Keys, faults) is not { } section) return null;
        var source = Column("source", ColumnKind.String, sources.Kinds.Count > 1);
        if (sources.Kinds.Count == 1 && section.Has("source"))
            faults.Add(section.At("source"), "'source' of slice tells sources apart, and the contract has one", "remove it");
        var account = Column("account", ColumnKind.String, true);
        var stream = Column("stream", ColumnKind.String, true);
        var day = Column("day", ColumnKind.Date, true);
        return account is null || stream is null || day is null ? null : new(source, account, stream, day);

        string? Column(string role, ColumnKind kind, bool mustBe)
        {
            var name = section.Text(role, mustBe ? $"{role}: and the column that holds it" : null);
            if (name is null || columns.Find(name, $"'{role}' of slice") is not { } column) return null;
            if (column.Type is { } type && type.Kind != kind)
                faults.Add(name, $"'{name.Value}' has type {type} and is the {role} of a slice",
                    $"name a {kind.ToString().ToLowerInvariant()} column");
            TableSection.CheckRequired(name, column, columns, $"is the {role} of a slice", faults);
            if (lake is not null && !lake.PartitionBy.Contains(name.Value))
                faults.Add(name, $"'{name.Value}' is the {role} of a slice and no folder of the lake",
                    "add it to partition_by: a folder is one slice");
            if (!key.Contains(name.Value))
                faults.Add(name, $"'{name.Value}' is the {role} of a slice and not in the table's key",
                    "add it to the key: a row is in one slice");
            return name.Value;
        }
    }
}

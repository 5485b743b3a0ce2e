using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>source</c>, or <c>sources</c> where several providers' rows are of one shape.</summary>
/// <param name="Specs">The good ones.</param>
/// <param name="Kinds">The kinds that are named, those of bad sources included.</param>
internal sealed record SourceList(IReadOnlyList<SourceSpec> Specs, IReadOnlyList<SourceKind> Kinds)
{
    /// <summary>Whether rows come from pages, which belong to an account.</summary>
    public bool ArePages => Kinds.Count > 0 && !Kinds.Any(kind => kind.AreRecords());

    /// <summary>Whether all of them are Avro.</summary>
    public bool AreAvro => Specs.Count > 0 && Specs.All(source => source.Format == RecordFormat.Avro);

    /// <summary>The words that a mapping by source may use.</summary>
    public Words Words => new("source", [.. Kinds.Select(kind => kind.Text())]);

    /// <summary>Reads them and reports all that is wrong.</summary>
    public static SourceList Read(Section contract)
    {
        var faults = contract.Faults;
        if (!contract.Has("sources"))
        {
            var node = contract.Find("source", SourceSection.Example);
            return From([(node, SourceSection.Read(node, "source", faults))]);
        }
        if (contract.Has("source"))
            faults.Add(contract.At("source"), "the contract has both 'source' and 'sources'",
                "move it into the list or remove one of them");
        if (contract.Find("sources") is not { } several) return new([], []);
        if (several is not YamlList { Items.Count: > 0 } list)
        {
            faults.Add(several, $"'sources' of the contract is {(several is YamlList ? "an empty list" : several.Kind)}",
                "write a list of { kind: …, records: …, envelope: […] }");
            return new([], []);
        }
        Check(list, faults);
        return From([.. list.Items.Select((item, i) => (item, SourceSection.Read(item, $"source {i + 1}", faults)))]);
    }

    private static SourceList From(IReadOnlyList<(YamlNode? Node, SourceSpec? Spec)> sources) => new(
        [.. sources.Select(source => source.Spec).OfType<SourceSpec>()],
        [.. sources.Select(source => SourceSection.KindOf(source.Node)).OfType<SourceKind>().Distinct()]);

    private static void Check(YamlList list, FaultList faults)
    {
        var kinds = list.Items.Select(item => (Item: item, Kind: SourceSection.KindOf(item))).Where(each => each.Kind is not null).ToList();
        foreach (var twice in kinds.GroupBy(each => each.Kind).Where(same => same.Count() > 1))
            faults.Add(twice.Last().Item, $"'sources' has two of kind {twice.Key!.Value.Text()}", "write one with the streams of both");
        if (kinds.Find(each => each.Kind!.Value.AreRecords()) is { Item: { } records, Kind: { } kind } && kinds.Any(each => !each.Kind!.Value.AreRecords()))
            faults.Add(records, $"'sources' has {kind.Text()}, whose records are rows, beside pages of accounts", "give it a dataset of its own");
    }
}

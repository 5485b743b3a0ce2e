using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.App;

/// <summary>Questions to the contracts that only the app asks.</summary>
internal static class Datasets
{
    /// <summary>Datasets that a provider's stream feeds: those that name it, or else the one that takes what nobody names.</summary>
    public static IReadOnlyList<DatasetContract> FedBy(this ContractSet contracts, string source, string stream)
    {
        var kind = SourceKinds.Parse(source);
        var candidates = contracts.Contracts.Where(contract => contract.Sources.Any(each => each.Kind == kind && each.Pages is not null)).ToList();
        var named = candidates.Where(contract => Pages(contract).Streams.Contains(stream)).ToList();
        return named.Count > 0 ? named : [.. candidates.Where(contract => Pages(contract).Streams.Count == 0)];

        PageSpec Pages(DatasetContract contract) => contract.SourceOf(kind!.Value)!.Pages!;
    }

    /// <summary>Its rows are replaced slice by slice, so that they can be made again from their pages.</summary>
    public static bool IsReplaceable(this DatasetContract contract) => contract.Table is { Mode: TableMode.ReplaceSlice };
}

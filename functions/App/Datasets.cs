using Pipeline.Domain.Datasets;

namespace Pipeline.App;

/// <summary>Questions to the contracts that only the app asks.</summary>
internal static class Datasets
{
    /// <summary>Its rows are replaced slice by slice, so that they can be made again from their pages.</summary>
    public static bool IsReplaceable(this DatasetContract contract) => contract.Table is { Mode: TableMode.ReplaceSlice };
}

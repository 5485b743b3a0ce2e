using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A contract column and where the scanner notes its value.</summary>
/// <param name="Index">Place in the contract and in the batch.</param>
/// <param name="Slots">The scanner's slots of its paths, in the contract's order: the first present one wins.</param>
internal sealed record ColumnPlan(DatasetContract Contract, ColumnSpec Spec, int Index, int[] Slots)
{
    /// <summary>PostgreSQL refuses index rows beyond about 2,700 bytes; a key's texts share what is safely below.</summary>
    /// <remarks>https://www.postgresql.org/docs/current/btree.html: a third of a page at most.</remarks>
    private const int KeyBytes = 2400;

    /// <summary>UTF-8 bytes the merge key allows this text; <see cref="int.MaxValue"/> when it is no part of it.</summary>
    public int MaxKeyBytes => Contract.Table is { } table && table.Key.Contains(Spec.Name) ? KeyBytes / table.Key.Count : int.MaxValue;

    /// <summary>Its value becomes a folder name.</summary>
    public bool IsLakePartition => Contract.Lake.PartitionBy.Contains(Spec.Name);
}

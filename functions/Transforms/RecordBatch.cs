using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms;

/// <summary>Accepted rows of one shard: one column for each column of the contract, in its order, and where each row came from.</summary>
/// <remarks>Reused from batch to batch; borrowed by whoever is handed one.</remarks>
public sealed class RecordBatch(IReadOnlyList<Column> columns)
{
    /// <summary>The shard all rows came from.</summary>
    public Shard Shard { get; set; }

    /// <summary>The contract's columns in their order, derived ones and lake partition columns included.</summary>
    public IReadOnlyList<Column> Columns { get; } = columns;

    /// <summary>Each row's position in <see cref="Shard"/>, ascending.</summary>
    public FixedColumn<long> Positions { get; } = new();

    /// <summary>Rows in it.</summary>
    public int Rows => Positions.Count;

    /// <summary>Forgets the rows and keeps the memory.</summary>
    public void Clear()
    {
        foreach (var column in Columns) column.Clear();
        Positions.Clear();
    }
}

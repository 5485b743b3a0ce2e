using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms;

/// <summary>Accepted rows of one shard: one column for each column of the contract, in its order, and where each row came from.</summary>
/// <remarks>Reused from batch to batch; borrowed by whoever is handed one.</remarks>
/// <param name="positions">Another batch's, for one that shows the same rows with some columns changed; null for its own.</param>
public sealed class RecordBatch(IReadOnlyList<Column> columns, FixedColumn<long>? positions = null)
{
    private readonly Column[] columns = [.. columns];

    /// <summary>The shard all rows came from.</summary>
    public Shard Shard { get; set; }

    /// <summary>The contract's columns in their order, derived ones and lake partition columns included.</summary>
    public IReadOnlyList<Column> Columns => columns;

    /// <summary>Each row's position in <see cref="Shard"/>, ascending.</summary>
    public FixedColumn<long> Positions { get; } = positions ?? new();

    /// <summary>Rows in it.</summary>
    public int Rows => Positions.Count;

    /// <summary>Some of the rows as a batch of its own, which shares the dictionaries.</summary>
    internal RecordBatch Take(ReadOnlySpan<int> rows)
    {
        var taken = new RecordBatch([.. columns.Select(column => column.EmptyLike())]) { Shard = Shard };
        for (var i = 0; i < columns.Length; i++) taken.columns[i].AppendRows(columns[i], rows);
        taken.Positions.AppendRows(Positions, rows);
        return taken;
    }

    /// <summary>Puts another column of the same type in a column's place; with as many rows.</summary>
    internal void Replace(int index, Column column) => columns[index] = column;

    /// <summary>Drops the rows from <paramref name="rows"/> on, those of columns that are ahead included.</summary>
    internal void Truncate(int rows)
    {
        foreach (var column in columns) column.Truncate(rows);
        Positions.Truncate(rows);
    }

    /// <summary>Forgets the rows and keeps the memory.</summary>
    public void Clear()
    {
        foreach (var column in columns) column.Clear();
        Positions.Clear();
    }
}

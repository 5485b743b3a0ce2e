using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Rows;

/// <summary>Leaves out the rows that the contract's filters drop. They are counted under the filter's name, without their bytes.</summary>
internal sealed class RowFilters
{
    private readonly IRejectionSink quarantine;
    private readonly (string Name, string Message, RowTest Test)[] filters;
    private int[] kept = [];

    private RowFilters(DatasetContract contract, IRejectionSink quarantine)
    {
        this.quarantine = quarantine;
        filters = [.. contract.Filters.Select(filter => (
            filter.Name, $"The row is not wanted: filter '{filter.Name}' drops it.", RowTest.Of(contract, filter)))];
    }

    /// <summary>Null when the contract has none.</summary>
    public static RowFilters? Of(DatasetContract contract, IRejectionSink quarantine) =>
        contract.Filters.Count == 0 ? null : new(contract, quarantine);

    /// <summary>The rows of a batch that no filter drops.</summary>
    /// <returns>The batch itself when all stay, otherwise another one.</returns>
    public RecordBatch Keep(RecordBatch batch)
    {
        if (kept.Length < batch.Rows) kept = new int[batch.Rows * 2];
        var count = 0;
        for (var row = 0; row < batch.Rows; row++)
            if (IsKept(batch, row)) kept[count++] = row;
        return count == batch.Rows ? batch : batch.Take(kept.AsSpan(0, count));
    }

    private bool IsKept(RecordBatch batch, int row)
    {
        foreach (var (name, message, test) in filters)
        {
            if (!test.Drops(batch, row)) continue;
            quarantine.Refuse(new(RejectionCode.Filtered, name, batch.Shard, batch.Positions.Values[row], message, default));
            return false;
        }
        return true;
    }
}

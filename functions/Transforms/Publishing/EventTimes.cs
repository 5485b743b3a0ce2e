using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Publishing;

/// <summary>The earliest and latest value of a contract's first timestamp column.</summary>
internal sealed class EventTimes(DatasetContract contract)
{
    private readonly int column = contract.Columns.Select((spec, index) => (spec, index))
        .Where(each => each.spec.Type.Kind == ColumnKind.Timestamp).Select(each => each.index).DefaultIfEmpty(-1).First();

    private long min = long.MaxValue;
    private long max = long.MinValue;

    /// <summary>Null without rows.</summary>
    public DateTimeOffset? Min => min > max ? null : DateTimeOffset.UnixEpoch.AddTicks(min * TimeSpan.TicksPerMicrosecond);

    /// <summary>Null without rows.</summary>
    public DateTimeOffset? Max => min > max ? null : DateTimeOffset.UnixEpoch.AddTicks(max * TimeSpan.TicksPerMicrosecond);

    /// <summary>Takes a batch's rows into account.</summary>
    public void Add(RecordBatch batch)
    {
        if (column < 0) return;
        var times = (FixedColumn<long>)batch.Columns[column];
        var values = times.Values;
        for (var row = 0; row < values.Length; row++)
        {
            if (times.IsNull(row)) continue;
            (min, max) = (Math.Min(min, values[row]), Math.Max(max, values[row]));
        }
    }
}

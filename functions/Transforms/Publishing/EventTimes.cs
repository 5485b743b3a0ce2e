using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Publishing;

/// <summary>The earliest and latest value of a contract's first timestamp column, and how many rows each hour of it has.</summary>
internal sealed class EventTimes(DatasetContract contract)
{
    /// <summary>Hours that are counted, nearly two years: scattered times must not fill the memory.</summary>
    private const int MaxHours = 16_384;

    private const long MicrosPerHour = 3_600_000_000;

    private readonly int column = contract.Columns.Select((spec, index) => (spec, index))
        .Where(each => each.spec.Type.Kind == ColumnKind.Timestamp).Select(each => each.index).DefaultIfEmpty(-1).First();

    private readonly Dictionary<long, long> hours = [];
    private readonly EventSample sample = new();
    private long min = long.MaxValue;
    private long max = long.MinValue;

    /// <summary>Null without rows.</summary>
    public DateTimeOffset? Min => min > max ? null : Instant(min);

    /// <summary>Null without rows.</summary>
    public DateTimeOffset? Max => min > max ? null : Instant(max);

    /// <summary>The instant that nine tenths of the rows do not exceed; null without rows.</summary>
    public DateTimeOffset? Watermark => sample.Watermark is { } micros ? Instant(micros) : null;

    /// <summary>Rows of each UTC hour, by its beginning; rows of hours beyond the first <see cref="MaxHours"/> are left out.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long> Hours =>
        hours.ToDictionary(each => Instant(each.Key * MicrosPerHour), each => each.Value);

    /// <summary>Takes a batch's rows into account.</summary>
    public void Add(RecordBatch batch)
    {
        if (column < 0) return;
        var times = (FixedColumn<long>)batch.Columns[column];
        var values = times.Values;
        if (times.NullCount == 0) sample.Add(values);
        var (begin, rows) = (0L, 0L);
        for (var row = 0; row < values.Length; row++)
        {
            if (times.IsNull(row)) continue;
            var value = values[row];
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
            if ((ulong)(value - begin) >= MicrosPerHour)
            {
                Count(begin, rows);
                (begin, rows) = (HourOf(value) * MicrosPerHour, 0);
            }
            rows++;
        }
        Count(begin, rows);
    }

    private void Count(long begin, long rows)
    {
        var hour = HourOf(begin);
        if (rows > 0 && (hours.Count < MaxHours || hours.ContainsKey(hour))) hours[hour] = hours.GetValueOrDefault(hour) + rows;
    }

    private static long HourOf(long micros) => (micros - (micros < 0 ? MicrosPerHour - 1 : 0)) / MicrosPerHour;

    private static DateTimeOffset Instant(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

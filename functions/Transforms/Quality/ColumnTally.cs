using System.Numerics;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Quality;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Quality;

/// <summary>Counts what the rows of one column hold. Allocates nothing a row.</summary>
internal sealed class ColumnTally
{
    private readonly ProfiledColumn column;
    private readonly double unit;
    private readonly (Int128 Min, Int128 Max) bounds;
    private long rows;
    private long nulls;
    private long outside;
    private double total;

    public ColumnTally(ProfiledColumn column, ColumnType type)
    {
        this.column = column;
        unit = type.Kind == ColumnKind.Decimal ? Math.Pow(10, type.Scale) : 1;
        bounds = (Whole(column.Bounds?.Min, Math.Ceiling, Int128.MinValue), Whole(column.Bounds?.Max, Math.Floor, Int128.MaxValue));
    }

    /// <summary>What was counted.</summary>
    public ColumnProfile ToProfile(long? extraction, DateOnly? day) =>
        new(extraction, day, column.Name, rows, nulls, outside, total / unit);

    /// <summary>Counts the rows from <paramref name="from"/> to before <paramref name="to"/>.</summary>
    public void Add(RecordBatch batch, int from, int to)
    {
        var values = batch.Columns[column.Index];
        rows += to - from;
        var missing = values.NullCount == 0 ? 0 : to - from == values.Count ? values.NullCount : values.Presence[from..to].Count((byte)0);
        nulls += missing;
        if (!column.IsSummed) return;
        var presence = missing == 0 ? default : values.Presence[from..to];
        switch (values)
        {
            case FixedColumn<long> whole: AddWhole(whole.Values[from..to], presence); break;
            case FixedColumn<Int128> exact: AddExact(exact.Values[from..to], presence); break;
            case FixedColumn<double> real: AddReal(real.Values[from..to], presence); break;
        }
    }

    private void AddWhole(ReadOnlySpan<long> values, ReadOnlySpan<byte> presence)
    {
        var (min, max) = ((long)Int128.Max(bounds.Min, long.MinValue), (long)Int128.Min(bounds.Max, long.MaxValue));
        for (var i = 0; i < values.Length; i++)
        {
            if (!presence.IsEmpty && presence[i] == 0) continue;
            total += values[i];
            if (values[i] < min || values[i] > max) outside++;
        }
    }

    private void AddExact(ReadOnlySpan<Int128> values, ReadOnlySpan<byte> presence)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!presence.IsEmpty && presence[i] == 0) continue;
            // Nearly all amounts fit 64 bits, whose conversion is one instruction.
            total += values[i] == (long)values[i] ? (double)(long)values[i] : (double)values[i];
            if (values[i] < bounds.Min || values[i] > bounds.Max) outside++;
        }
    }

    private void AddReal(ReadOnlySpan<double> values, ReadOnlySpan<byte> presence)
    {
        var (min, max) = (column.Bounds?.Min ?? double.MinValue, column.Bounds?.Max ?? double.MaxValue);
        for (var i = 0; i < values.Length; i++)
        {
            if (!presence.IsEmpty && presence[i] == 0) continue;
            total += values[i];
            if (values[i] < min || values[i] > max) outside++;
        }
    }

    private Int128 Whole(double? bound, Func<double, double> rounded, Int128 none) =>
        bound is { } number ? Int128.CreateSaturating(rounded(number * unit)) : none;
}

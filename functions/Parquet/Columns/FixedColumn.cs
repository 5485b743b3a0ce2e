namespace Pipeline.Parquet.Columns;

/// <summary>Values of one fixed size, one slot a row.</summary>
/// <typeparam name="T">
/// <see cref="long"/>: int64 and timestamps (microseconds since the epoch, UTC) · <see cref="int"/>: dates (days since the epoch) ·
/// <see cref="double"/>: float64 · <see cref="bool"/> · <see cref="Int128"/>: decimals, unscaled.
/// </typeparam>
public sealed class FixedColumn<T> : Column where T : unmanaged
{
    private T[] values = [];

    /// <summary>The rows' values; default where the row is null.</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, Count);

    /// <inheritdoc/>
    public override long ValueBytes => (long)Count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>Appends a value.</summary>
    public void Append(T value)
    {
        Store(value);
        Appended();
    }

    /// <summary>Room behind the last row for values that are written in one go; <see cref="Advance"/> makes them rows.</summary>
    public Span<T> Room(int rows)
    {
        Reserve(rows);
        return values.AsSpan(Count, rows);
    }

    /// <summary>Appends the first values written into <see cref="Room"/>.</summary>
    public void Advance(int rows)
    {
        if ((uint)rows > (uint)(values.Length - Count)) throw new ArgumentOutOfRangeException(nameof(rows), "There is no room for so many.");
        Appended(rows);
    }

    /// <inheritdoc/>
    public override Column EmptyLike() => new FixedColumn<T>();

    /// <inheritdoc/>
    public override bool IsLike(Column other) => other is FixedColumn<T>;

    /// <inheritdoc/>
    protected override void GatherValues(Column source, ReadOnlySpan<int> rows)
    {
        Reserve(rows.Length);
        var from = ((FixedColumn<T>)source).Values;
        var to = values.AsSpan(Count, rows.Length);
        for (var i = 0; i < rows.Length; i++) to[i] = from[rows[i]];
    }

    /// <inheritdoc/>
    protected override void AppendDefault() => Store(default);

    /// <inheritdoc/>
    protected override void TruncateValues(int count) { }

    private void Store(T value)
    {
        if (Count == values.Length) Reserve(1);
        values[Count] = value;
    }

    private void Reserve(int rows)
    {
        if (values.Length - Count < rows) ColumnMemory.Grow(ref values, Count, Math.Max(Math.Max(64, values.Length * 2), checked(Count + rows)));
    }
}

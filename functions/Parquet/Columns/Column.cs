namespace Pipeline.Parquet.Columns;

/// <summary>Values of one column for a run of rows: what decoders fill, files and COPY read. Grows, is cleared and used again; allocates
/// only when it grows.</summary>
/// <remarks>A null row takes a slot too (its value is default), so row numbers index every column alike.</remarks>
public abstract class Column
{
    private byte[] present = [];

    /// <summary>Rows appended.</summary>
    public int Count { get; private set; }

    /// <summary>Rows that are null.</summary>
    public int NullCount { get; private set; }

    /// <summary>One byte a row, 1 for a value and 0 for a null; empty when no row is null.</summary>
    public ReadOnlySpan<byte> Presence => NullCount == 0 ? default : present.AsSpan(0, Count);

    /// <summary>Memory the values take, in bytes; what budgets are kept by.</summary>
    public abstract long ValueBytes { get; }

    /// <summary>Whether a row is null.</summary>
    public bool IsNull(int row) => NullCount != 0 && present[row] == 0;

    /// <summary>An empty column of the same class, which rows of this one can be appended to at the least cost.</summary>
    public abstract Column EmptyLike();

    /// <summary>Whether the other is what <see cref="EmptyLike"/> makes.</summary>
    public abstract bool IsLike(Column other);

    /// <summary>Appends a null row.</summary>
    public void AppendNull()
    {
        AppendDefault();
        if (NullCount++ == 0) MarkAllPresent();
        MarkRow(0);
    }

    /// <summary>Appends the given rows of another column of the same class.</summary>
    /// <exception cref="ArgumentException">The source is of another class.</exception>
    public void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        if (source.GetType() != GetType())
            throw new ArgumentException($"Rows of a {source.GetType().Name} cannot be appended to a {GetType().Name}.", nameof(source));
        GatherValues(source, rows);
        if (source.NullCount != 0 || NullCount != 0) GatherPresence(source.Presence, rows);
        Count += rows.Length;
    }

    /// <summary>Drops the rows from <paramref name="count"/> on: a refused record leaves no trace.</summary>
    public void Truncate(int count)
    {
        if (count >= Count) return;
        for (var row = count; NullCount != 0 && row < Count; row++)
            if (present[row] == 0) NullCount--;
        Count = count;
        TruncateValues(count);
    }

    /// <summary>Drops all rows and keeps the memory.</summary>
    public void Clear() => Truncate(0);

    /// <summary>Stores the slots of the given rows of a column of the same class behind the last row; the caller counts them.</summary>
    protected abstract void GatherValues(Column source, ReadOnlySpan<int> rows);

    /// <summary>Appends the slot of a null.</summary>
    protected abstract void AppendDefault();

    /// <summary>Forgets the values of rows from <paramref name="count"/> on.</summary>
    protected abstract void TruncateValues(int count);

    /// <summary>Counts one appended value.</summary>
    protected void Appended()
    {
        if (NullCount != 0) MarkRow(1);
        else Count++;
    }

    /// <summary>Counts values appended in one go.</summary>
    protected void Appended(int rows)
    {
        if (NullCount == 0) Count += rows;
        else
            for (var i = 0; i < rows; i++) MarkRow(1);
    }

    private void GatherPresence(ReadOnlySpan<byte> from, ReadOnlySpan<int> rows)
    {
        var wanted = checked(Count + rows.Length);
        if (present.Length < wanted) Array.Resize(ref present, Math.Max(Math.Max(256, present.Length * 2), wanted));
        var to = present.AsSpan(Count, rows.Length);
        var values = rows.Length;
        if (from.IsEmpty) to.Fill(1);
        else
        {
            values = 0;
            for (var i = 0; i < rows.Length; i++) values += to[i] = from[rows[i]];
        }
        if (NullCount == 0 && values != rows.Length) present.AsSpan(0, Count).Fill(1);
        NullCount += rows.Length - values;
    }

    private void MarkRow(byte value)
    {
        if (Count == present.Length) Array.Resize(ref present, Math.Max(256, present.Length * 2));
        present[Count++] = value;
    }

    private void MarkAllPresent()
    {
        if (present.Length <= Count) present = new byte[Math.Max(256, Count * 2)];
        present.AsSpan(0, Count).Fill(1);
    }
}

namespace Pipeline.Parquet.Encoding;

/// <summary>Which rows of a column have a value.</summary>
/// <param name="flags">One byte a row, 1 for a value; empty when every row has one.</param>
internal readonly ref struct Presence(ReadOnlySpan<byte> flags, int rows)
{
    private readonly ReadOnlySpan<byte> flags = flags;

    /// <summary>Rows, null or not.</summary>
    public int Rows { get; } = rows;

    /// <summary>The slots of the rows that have a value.</summary>
    /// <param name="scratch">Takes them where some row is null; grows as needed.</param>
    public ReadOnlySpan<T> Select<T>(ReadOnlySpan<T> slots, int nulls, ref T[] scratch)
    {
        if (flags.IsEmpty) return slots;
        if (scratch.Length < Rows) scratch = new T[Math.Max(Rows, scratch.Length * 2)];
        var to = 0;
        for (var row = 0; row < Rows; row++)
        {
            scratch[to] = slots[row];   // overwritten by the next when it is a null's: no branch to mispredict
            to += flags[row];
        }

        return scratch.AsSpan(0, Rows - nulls);
    }

    /// <summary>The row behind the given number of values, counted from a row on.</summary>
    public int RowAfter(int row, int values)
    {
        if (flags.IsEmpty) return row + values;
        for (; values > 0; row++) values -= flags[row];
        return row;
    }

    /// <summary>Writes the definition levels of rows, behind their length in four bytes.</summary>
    public void WriteLevels(int from, int to, ByteBuffer page)
    {
        var lengthAt = page.Length;
        page.WriteInt32(0);
        if (flags.IsEmpty) HybridRuns.WriteRepeated(1, to - from, bitWidth: 1, page);
        else HybridRuns.WriteLevels(flags[from..to], page);
        page.PatchInt32(lengthAt, page.Length - lengthAt - sizeof(int));
    }
}

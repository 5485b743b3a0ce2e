using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Turns the values of one column chunk's pages into rows of a column: by the chunk's dictionary or as they stand.</summary>
internal abstract class ChunkValues
{
    private readonly HybridReader numbers = new();
    private int[] ids = [];
    private Column? entries;
    private int entryCount, valueBytes;
    private long longestEntryBytes;
    private bool byDictionary;

    /// <summary>An empty column of the class this fills.</summary>
    public abstract Column NewColumn();

    /// <summary>Bytes that the next rows of the page take at most in a column.</summary>
    public long MaxBytes(int rows) => byDictionary ? rows * longestEntryBytes : MaxBytes(rows, valueBytes);

    /// <summary>Reads the dictionary page.</summary>
    /// <param name="count">Entries, as the page's header says.</param>
    public void ReadDictionary(PageSection page, StoredEncoding encoding, int count)
    {
        if (entries is not null) throw Damage.Is("the column chunk has a second dictionary.");
        if (encoding is not (StoredEncoding.Plain or StoredEncoding.PlainDictionary))
            throw Damage.Is($"its dictionary is encoded as {encoding}; write it as PLAIN.");
        var column = NewColumn();
        BeginValues(StoredEncoding.Plain, page);
        // In steps: a count that is too large ends with the page's bytes, not with the memory.
        for (var left = count; left > 0; left -= Math.Min(left, ColumnCursor.MaxStepRows))
        {
            var step = Math.Min(left, ColumnCursor.MaxStepRows);
            ReadValues(column, default, step, step);
        }

        (entries, entryCount, longestEntryBytes) = (column, count, LongestBytes(column));
    }

    /// <summary>Begins a data page's values.</summary>
    public void Begin(StoredEncoding encoding, PageSection values)
    {
        byDictionary = encoding is StoredEncoding.RleDictionary or StoredEncoding.PlainDictionary;
        if (!byDictionary)
        {
            BeginValues(encoding, values);
            valueBytes = values.Left;
            return;
        }

        if (entries is null) throw Damage.Is("its values are numbers of a dictionary that is missing.");
        // A page of nulls may have no bytes at all, not even the width.
        var width = values.Left == 0 ? 0 : values.Take(1)[0];
        numbers.Begin(values, width);
    }

    /// <summary>Appends the next rows of the page.</summary>
    /// <param name="presence">One byte a row, 1 for a value; empty when every row has one.</param>
    /// <param name="values">Rows that have a value.</param>
    public void Read(Column into, ReadOnlySpan<byte> presence, int rows, int values)
    {
        if (!byDictionary)
        {
            ReadValues(into, presence, rows, values);
            return;
        }

        if (ids.Length < rows) ids = new int[rows];
        ReadNumbers(ids.AsSpan(0, values));
        if (values < rows) SpreadNumbers(presence, values);
        into.AppendRows(entries!, ids.AsSpan(0, rows));
    }

    /// <summary>Bytes that rows of a page take at most in a column, not by a dictionary.</summary>
    /// <param name="pageBytes">Bytes of all values of the page.</param>
    protected abstract long MaxBytes(int rows, int pageBytes);

    /// <summary>Begins values that are not numbers of a dictionary.</summary>
    protected abstract void BeginValues(StoredEncoding encoding, PageSection values);

    /// <summary>Appends rows of values that are not numbers of a dictionary.</summary>
    protected abstract void ReadValues(Column into, ReadOnlySpan<byte> presence, int rows, int values);

    /// <summary>What to say of an encoding that does not fit the column's type.</summary>
    protected static InvalidDataException Unknown(StoredEncoding encoding) =>
        Damage.Is($"its values are encoded as {encoding}, which this reader does not know for the column's type.");

    private void ReadNumbers(Span<int> into)
    {
        numbers.Read(into);
        foreach (var id in into)
            if ((uint)id >= (uint)entryCount) throw Damage.Is($"it names entry {(uint)id} of a dictionary of {entryCount}.");
    }

    // A null row is a row of the dictionary too, behind its entries: so one gathering serves all.
    private void SpreadNumbers(ReadOnlySpan<byte> presence, int values)
    {
        if (entries!.Count == entryCount) entries.AppendNull();
        for (var row = presence.Length - 1; row >= 0; row--) ids[row] = presence[row] == 0 ? entryCount : ids[--values];
    }

    private static long LongestBytes(Column entries)
    {
        if (entries is not Utf8Column texts) return 16;
        var (longest, start) = (0, 0);
        foreach (var end in texts.Ends) (longest, start) = (Math.Max(longest, end - start), end);
        return longest + sizeof(int);
    }
}

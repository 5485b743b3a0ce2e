using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Reads the rows of one row group, as many at a time as the caller has room for.</summary>
/// <remarks>Keeps one page and the dictionary of each column. Not for two threads at once.</remarks>
public sealed class RowGroupReader : IDisposable
{
    /// <summary>Values of one call take no more bytes, unless a single row does: a few bytes of a file can stand for gigabytes.</summary>
    private const long MaxReadBytes = StoredPage.MaxBytes;

    private readonly PageDecompressor decompressor = new();
    private readonly ColumnCursor[] cursors;
    private bool isBroken;

    internal RowGroupReader(FileBytes file, IReadOnlyList<ReadableColumn> columns, StoredRowGroup rowGroup)
    {
        Fields = [.. columns.Select(column => column.Field)];
        cursors = [.. columns.Select(column => new ColumnCursor(file, rowGroup.Chunks[column.Index], column, decompressor))];
        RowsLeft = rowGroup.Rows;
    }

    /// <summary>The columns in the order they are read.</summary>
    public IReadOnlyList<ParquetField> Fields { get; }

    /// <summary>Rows not read yet.</summary>
    public long RowsLeft { get; private set; }

    /// <summary>Empty columns for the fields.</summary>
    public Column[] NewColumns() => [.. Fields.Select(ParquetReader.NewColumn)];

    /// <summary>Appends the next rows.</summary>
    /// <param name="into">One column for each field, of the class <see cref="ParquetReader.NewColumn"/> makes.</param>
    /// <param name="maxRows">At least 1.</param>
    /// <returns>Rows appended; fewer than wanted where they would take more than 128 MiB, and 0 only at the end.</returns>
    /// <exception cref="InvalidDataException">The file is damaged; nothing was appended, and the row group cannot be read on.</exception>
    /// <exception cref="ArgumentException">The columns do not fit the fields.</exception>
    public int Read(IReadOnlyList<Column> into, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        CheckColumns(into);
        if (isBroken) throw new InvalidOperationException("An earlier read of this row group failed; it cannot go on.");
        var before = into.Select(column => column.Count).ToArray();
        isBroken = true;            // until all columns have the same rows again
        try
        {
            var rows = ReadSteps(into, maxRows);
            isBroken = false;
            return rows;
        }
        finally
        {
            for (var i = 0; isBroken && i < before.Length; i++) into[i].Truncate(before[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => decompressor.Dispose();

    // A step ends with the first page that does: the pages of two columns seldom end at the same row.
    private int ReadSteps(IReadOnlyList<Column> into, int maxRows)
    {
        var read = 0;
        var bytesBefore = into.Sum(column => column.ValueBytes);
        while (read < maxRows && RowsLeft > 0)
        {
            var step = (int)Math.Min(Math.Min(maxRows - read, ColumnCursor.MaxStepRows), RowsLeft);
            foreach (var cursor in cursors) step = Math.Min(step, cursor.FindRows());
            step = Fit(step, MaxReadBytes - (into.Sum(column => column.ValueBytes) - bytesBefore), mayBeNone: read > 0);
            if (step == 0) break;
            for (var i = 0; i < cursors.Length; i++) cursors[i].Read(into[i], step);
            read += step;
            RowsLeft -= step;
        }

        return read;
    }

    private int Fit(int rows, long bytes, bool mayBeNone)
    {
        while (rows > 0 && cursors.Sum(cursor => cursor.MaxBytes(rows)) > bytes) rows /= 2;
        return mayBeNone ? rows : Math.Max(1, rows);
    }

    private void CheckColumns(IReadOnlyList<Column> into)
    {
        if (into.Count != Fields.Count)
            throw new ArgumentException($"{into.Count} columns were given for {Fields.Count} fields.", nameof(into));
        for (var i = 0; i < into.Count; i++)
            if (into[i].GetType() != ParquetReader.NewColumn(Fields[i]).GetType())
                throw new ArgumentException(
                    $"Column '{Fields[i].Name}' of type {Fields[i].Type} cannot be read into a {into[i].GetType().Name}.", nameof(into));
    }
}

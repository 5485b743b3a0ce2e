using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Goes through the pages of one column chunk, a few rows at a time; keeps one page and the dictionary.</summary>
internal sealed class ColumnCursor(FileBytes file, StoredChunk chunk, ReadableColumn column, PageDecompressor decompressor)
{
    /// <summary>Rows of a step at most: what a step works on stays in the processor's cache.</summary>
    public const int MaxStepRows = 8192;

    private readonly ChunkValues values = column.NewValues();
    private readonly PageLoader pages = new(file, chunk, decompressor);
    private readonly HybridReader levels = new();
    private readonly int[] levelScratch = new int[column.Field.Nullable ? MaxStepRows : 0];
    private readonly byte[] presence = new byte[column.Field.Nullable ? MaxStepRows : 0];
    private long rowsLeft = chunk.Values;
    private int pageRows;

    /// <summary>Goes to the next page that has rows where the last one is through.</summary>
    /// <returns>Rows left in the page; at least one as long as the chunk has any.</returns>
    public int FindRows()
    {
        try
        {
            while (pageRows == 0 && rowsLeft > 0) NextPage();
            return pageRows;
        }
        catch (InvalidDataException error)
        {
            throw Damage.At(Place, error);
        }
    }

    /// <summary>Bytes that the next rows of the page take at most in a column.</summary>
    public long MaxBytes(int rows) => values.MaxBytes(rows);

    /// <summary>Appends the next rows of the page.</summary>
    /// <param name="rows">No more than are left in it, nor than <see cref="MaxStepRows"/>.</param>
    public void Read(Column into, int rows)
    {
        try
        {
            var count = ReadLevels(rows);
            values.Read(into, count == rows ? default : presence.AsSpan(0, rows), rows, count);
        }
        catch (InvalidDataException error)
        {
            throw Damage.At(Place, error);
        }

        pageRows -= rows;
        rowsLeft -= rows;
    }

    private string Place => $"Column '{column.Field.Name}', page at byte {pages.PageOffset}";

    private void NextPage()
    {
        var page = pages.Next(out var header);
        if (header.Kind == PageKind.Dictionary) values.ReadDictionary(page, header.Encoding, header.Values);
        if (header.Kind is not (PageKind.Data or PageKind.DataV2) || header.Values == 0) return;
        if (header.Values > rowsLeft) throw Damage.Is($"it has {header.Values} rows; its column chunk has {rowsLeft} left.");
        BeginLevels(header, ref page);
        values.Begin(header.Encoding, page);
        pageRows = header.Values;
    }

    // Levels stand before the values: behind their length in the first version, as long as the header says in the second.
    private void BeginLevels(StoredPage header, ref PageSection page)
    {
        if (header.Kind == PageKind.DataV2)
        {
            page.Take(header.RepetitionBytes);
            var definitions = page.TakeSection(header.DefinitionBytes);
            if (column.Field.Nullable) levels.Begin(definitions, 1);
        }
        else if (column.Field.Nullable)
        {
            if (header.LevelEncoding != StoredEncoding.Rle)
                throw Damage.Is($"its nulls are encoded as {header.LevelEncoding}; write the file with levels as RLE.");
            levels.Begin(page.TakeWithLength(), 1);
        }
    }

    /// <returns>Rows that have a value.</returns>
    private int ReadLevels(int rows)
    {
        if (!column.Field.Nullable) return rows;
        if (levels.TryTakeRepeated(rows, out var level))
        {
            if (level is not (0 or 1)) throw LevelTooHigh(level);
            presence.AsSpan(0, rows).Fill((byte)level);
            return rows * level;
        }

        var read = levelScratch.AsSpan(0, rows);
        levels.Read(read);
        var count = 0;
        for (var row = 0; row < read.Length; row++)
        {
            if (read[row] is not (0 or 1)) throw LevelTooHigh(read[row]);
            presence[row] = (byte)read[row];
            count += read[row];
        }

        return count;
    }

    private static InvalidDataException LevelTooHigh(int level) => Damage.Is($"a row's level is {level}; the column is not nested.");
}

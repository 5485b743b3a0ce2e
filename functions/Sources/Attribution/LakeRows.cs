using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Sources.Attribution;

/// <summary>A column that is read from the lake.</summary>
/// <param name="Optional">A file may lack it: it was written before the contract had the column, or the contract has none.</param>
internal readonly record struct LakeColumn(string Name, ParquetKind Kind, bool Optional = false);

/// <summary>Reads some columns of objects of the lake, some rows at a time. Not for two threads at once.</summary>
internal sealed class LakeRows(IObjectStore lake, IReadOnlyList<LakeColumn> columns)
{
    private const int BatchRows = 16_384;

    private string[] layout = [];
    private Column[] read = [];

    /// <summary>Reads an object to its end.</summary>
    /// <param name="take">Takes rows; a column that the file lacks is null. The columns are lent.</param>
    /// <exception cref="TerminalException">The object is missing, damaged, or has other columns.</exception>
    public async Task ReadAsync(string key, Action<Column?[]> take, CancellationToken stopping)
    {
        await using var stream = await OpenAsync(key, stopping);
        try
        {
            var reader = new ParquetReader(stream);
            var present = columns.Where(column => IsThere(reader, column, key)).Select(column => column.Name).ToArray();
            for (var group = 0; group < reader.RowGroupRows.Count; group++)
                ReadGroup(reader.OpenRowGroup(group, present), present, take, stopping);
        }
        catch (InvalidDataException error)
        {
            throw new TerminalException(
                $"The lake's object {key} cannot be read: {error.Message} Find out who changed it, then replay its day.", error);
        }
    }

    private void ReadGroup(RowGroupReader rows, string[] present, Action<Column?[]> take, CancellationToken stopping)
    {
        using var reading = rows;
        if (!present.SequenceEqual(layout)) (layout, read) = (present, rows.NewColumns());
        var lent = columns.Select(column => Array.IndexOf(present, column.Name)).Select(place => place < 0 ? null : read[place]).ToArray();
        while (rows.RowsLeft > 0)
        {
            stopping.ThrowIfCancellationRequested();
            foreach (var column in read) column.Clear();
            rows.Read(read, BatchRows);
            take(lent);
        }
    }

    private static bool IsThere(ParquetReader reader, LakeColumn column, string key)
    {
        var field = reader.Fields.FirstOrDefault(field => field.Name == column.Name);
        if (field is null && column.Optional) return false;
        var isDecimal = column.Kind == ParquetKind.Decimal;
        if (field is null || field.Type.Kind != column.Kind || isDecimal && field.Type.Scale != Correlation.ValueScale)
        {
            var found = field is null ? "no column" : $"a column of type {field.Type.Kind} (scale {field.Type.Scale})";
            var wanted = isDecimal ? $"{column.Kind} of scale {Correlation.ValueScale}" : $"{column.Kind}";
            throw new TerminalException(
                $"The lake's object {key} has {found} '{column.Name}'; attribution reads {wanted}. Correct the contract, then replay "
                + "the day.");
        }
        return true;
    }

    // The footer is at a file's end, so that an object of a bucket is fetched into a file first; a folder's object is one.
    private async Task<Stream> OpenAsync(string key, CancellationToken stopping)
    {
        var stored = await lake.OpenReadAsync(key, stopping);
        if (stored.CanSeek) return stored;
        await using var fetched = stored;
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Mode = FileMode.Open, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose,
        });
        try
        {
            await stored.CopyToAsync(file, stopping);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}

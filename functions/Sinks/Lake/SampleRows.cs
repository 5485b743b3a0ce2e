using System.Text.Json.Serialization;
using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Parquet.Reading;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Lake;

namespace Pipeline.Sinks.Lake;

/// <summary>Reads the first rows of one of a dataset's newest visible objects, as they are in the lake: masked columns are
/// masked.</summary>
public sealed class SampleRows(NpgsqlDataSource ledger, IObjectStore lake)
{
    /// <summary>The size of which an object is looked for: not so small that it has few rows, nor so large that it takes long to
    /// fetch.</summary>
    private const long UsualBytes = 8 * 1024 * 1024;

    /// <summary>Some rows of the newest publication that has any; null when the dataset has none in the lake.</summary>
    /// <exception cref="TerminalException">The object is missing or damaged.</exception>
    public async Task<Sample?> ReadAsync(string dataset, int limit, CancellationToken stopping)
    {
        if (await FindAsync(dataset, stopping) is not { } found) return null;
        await using var stream = await SeekableAsync(found.Key, stopping);
        try
        {
            return Read(new ParquetReader(stream), found.Key, found.Publication, limit);
        }
        catch (InvalidDataException error)
        {
            throw new TerminalException(
                $"The lake's object {found.Key} cannot be read: {error.Message} Find out who changed it, then replay its day.", error);
        }
    }

    // From the newest publication on, so that few are looked at however many there are.
    private async Task<(string Key, long Publication)?> FindAsync(string dataset, CancellationToken stopping)
    {
        var found = await ledger.ReadAsync("looking for an object of the lake", connection => connection.Command(
            """
            SELECT sample.key, publication.id FROM pipeline.publication CROSS JOIN LATERAL (
                SELECT key FROM pipeline.lake_object WHERE publication_id = publication.id AND role = 'data' AND state = 'visible'
                ORDER BY abs(bytes - $2) LIMIT 1) AS sample
            WHERE dataset = $1 ORDER BY publication.id DESC LIMIT 1
            """, dataset, UsualBytes).ListAsync(row => (row.GetString(0), row.GetInt64(1)), stopping), stopping);
        return found is [var one] ? one : null;
    }

    private static Sample Read(ParquetReader reader, string key, long publication, int limit)
    {
        var folders = key.Split('/')[1..^1].Select(folder => folder.Split('=', 2))
            .Select(part => (Name: part[0], Value: part[^1])).ToList();
        List<SampleColumn> columns = [.. folders.Select(folder => new SampleColumn(folder.Name, "folder"))];
        columns.AddRange(reader.Fields.Select(field => new SampleColumn(field.Name, ValueText.Of(field.Type))));
        var rows = new List<IReadOnlyList<string?>>();
        for (var group = 0; group < reader.RowGroupRows.Count && rows.Count < limit; group++)
        {
            using var stored = reader.OpenRowGroup(group, [.. reader.Fields.Select(field => field.Name)]);
            var values = stored.NewColumns();
            var count = stored.RowsLeft == 0 ? 0 : stored.Read(values, limit - rows.Count);
            for (var row = 0; row < count; row++)
                rows.Add([.. folders.Select(folder => HivePath.Unescape(folder.Value)),
                    .. values.Select((column, place) => ValueText.Of(reader.Fields[place].Type, column, row))]);
        }
        return new(key, publication, columns, rows);
    }

    // The footer is at a file's end, so that an object of a bucket is fetched into a file first; a folder's object is one.
    private async Task<Stream> SeekableAsync(string key, CancellationToken stopping)
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

/// <summary>Rows of one object: each a list of values as texts, in the order of the columns; null is null.</summary>
public sealed record Sample(
    [property: JsonPropertyName("object")] string Object, [property: JsonPropertyName("publication")] long Publication,
    [property: JsonPropertyName("columns")] IReadOnlyList<SampleColumn> Columns,
    [property: JsonPropertyName("rows")] IReadOnlyList<IReadOnlyList<string?>> Rows);

/// <summary>A column of an object; <c>type</c> is folder for one that is in the path.</summary>
public sealed record SampleColumn([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("type")] string Type);

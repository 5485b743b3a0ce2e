using System.CommandLine;
using System.Text.Json.Serialization;
using Pipeline.Parquet.Reading;
using Spectre.Console;

namespace Pipeline.App.Cli.Parquet;

/// <summary><c>pipeline parquet schema FILE</c>: columns, rows, and what the writer noted in the footer.</summary>
internal static class SchemaVerb
{
    public static Command Create()
    {
        var (file, json) = (ParquetVerb.FileArgument(), Output.JsonOption());
        var verb = new Command("schema", "Columns and their types, rows, the footer's notes.") { file, json };
        verb.SetAction(async (result, stopping) =>
        {
            var found = await ParquetVerb.ReadAsync(result.GetValue(file)!, SchemaAnswer.Of, stopping);
            new Output(result.GetValue(json)).Answer(found, Print);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static void Print(IAnsiConsole console, SchemaAnswer found)
    {
        var table = new Table().AddColumn("column").AddColumn("type").AddColumn("null");
        foreach (var column in found.Columns)
            table.AddRow(new Text(column.Name), new Text(column.Type), new Text(column.Nullable ? "yes" : "no"));
        foreach (var (name, why) in found.Unreadable) table.AddRow(new Text(name), new Text(why), new Text(""));
        console.Write(table);
        console.WriteLine($"{found.Rows} rows in {found.RowGroups} row groups");
        foreach (var (name, value) in found.Notes) console.WriteLine($"{name}: {value}");
    }
}

/// <summary>What <c>pipeline parquet schema --json</c> prints.</summary>
/// <param name="Unreadable">Columns this program cannot read, by name, and why.</param>
/// <param name="Notes">The footer's keys and values.</param>
internal sealed record SchemaAnswer(
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("row_groups")] int RowGroups,
    [property: JsonPropertyName("columns")] IReadOnlyList<ColumnAnswer> Columns,
    [property: JsonPropertyName("unreadable")] IReadOnlyDictionary<string, string> Unreadable,
    [property: JsonPropertyName("notes")] IReadOnlyDictionary<string, string> Notes)
{
    public static SchemaAnswer Of(ParquetReader file) => new(
        file.Rows, file.RowGroupRows.Count,
        [.. file.Fields.Select(field => new ColumnAnswer(field.Name, field.Type.ToString(), field.Nullable))],
        file.Refused.ToDictionary(column => column.Name, column => column.Why),
        file.Metadata.DistinctBy(note => note.Key).ToDictionary(note => note.Key, note => note.Value));
}

/// <summary>A column of a file.</summary>
internal sealed record ColumnAnswer(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("nullable")] bool Nullable);

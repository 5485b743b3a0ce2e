using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Spectre.Console;

namespace Pipeline.App.Cli.Parquet;

/// <summary><c>pipeline parquet head FILE</c>: the first rows.</summary>
internal static class HeadVerb
{
    private const int DefaultRows = 10, MostRows = 100_000;

    public static Command Create()
    {
        var (file, json) = (ParquetVerb.FileArgument(), Output.JsonOption());
        var columns = new Option<string?>("--columns") { Description = "Names, comma separated; all that can be read without it." };
        var limit = new Option<int>("--limit") { Description = "Rows at most.", DefaultValueFactory = _ => DefaultRows };
        limit.Validators.Add(result =>
        {
            if (OptionValue.Of(result, limit) is < 1 or > MostRows) result.AddError($"--limit is from 1 to {MostRows}.");
        });
        var verb = new Command("head", "The first rows.") { file, columns, limit, json };
        verb.SetAction(async (result, stopping) =>
        {
            var names = result.GetValue(columns)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var rows = await ParquetVerb.ReadAsync(result.GetValue(file)!, reader => Read(reader, names, result.GetValue(limit)), stopping);
            new Output(result.GetValue(json)).Answer(rows, Print);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static List<JsonObject> Read(ParquetReader file, string[]? names, int limit)
    {
        var rows = new List<JsonObject>();
        names ??= [.. file.Fields.Select(field => field.Name)];
        for (var group = 0; group < file.RowGroupRows.Count && rows.Count < limit; group++)
        {
            using var reader = file.OpenRowGroup(group, names);
            var columns = reader.NewColumns();
            while (reader.RowsLeft > 0 && rows.Count < limit)
            {
                foreach (var column in columns) column.Clear();
                var read = reader.Read(columns, limit - rows.Count);
                for (var row = 0; row < read; row++) rows.Add(RowOf(reader.Fields, columns, row));
            }
        }
        return rows;
    }

    private static JsonObject RowOf(IReadOnlyList<ParquetField> fields, Column[] columns, int row)
    {
        var made = new JsonObject();
        for (var i = 0; i < columns.Length; i++) made[fields[i].Name] = Cells.Of(fields[i].Type, columns[i], row);
        return made;
    }

    private static void Print(IAnsiConsole console, List<JsonObject> rows)
    {
        if (rows.Count == 0)
        {
            console.WriteLine("No rows.");
            return;
        }
        var table = new Table();
        foreach (var (name, _) in rows[0]) table.AddColumn(new TableColumn(new Text(name)));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell.Value is null ? "" : Printable.Of(cell.Value.ToString()))));
        console.Write(table);
    }
}

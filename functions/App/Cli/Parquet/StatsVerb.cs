using System.CommandLine;
using System.Text.Json.Serialization;
using Pipeline.Parquet.Reading;
using Spectre.Console;

namespace Pipeline.App.Cli.Parquet;

/// <summary><c>pipeline parquet stats FILE</c>: row groups and, of each column, encodings, sizes, bounds, filters.</summary>
internal static class StatsVerb
{
    public static Command Create()
    {
        var (file, json) = (ParquetVerb.FileArgument(), Output.JsonOption());
        var verb = new Command("stats", "Row groups: encodings, sizes, least and greatest values, bloom filters.") { file, json };
        verb.SetAction(async (result, stopping) =>
        {
            var groups = await ParquetVerb.ReadAsync(result.GetValue(file)!, reader => reader.ReadFacts().Select(GroupAnswer.Of).ToList(),
                stopping);
            new Output(result.GetValue(json)).Answer(groups, Print);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static void Print(IAnsiConsole console, List<GroupAnswer> groups)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            console.WriteLine($"Row group {i}: {groups[i].Rows} rows, {groups[i].Columns.Sum(column => column.StoredBytes)} bytes");
            var table = new Table()
                .AddColumns("column", "codec", "encodings", "stored", "plain", "nulls", "least", "greatest", "bloom", "index");
            foreach (var column in groups[i].Columns)
                table.AddRow(((string[])[
                    column.Name, column.Codec, string.Join(' ', column.Encodings), $"{column.StoredBytes}", $"{column.PlainBytes}",
                    $"{column.Nulls}",
                    column.Least ?? "", column.Greatest ?? "", column.Bloom ? "yes" : "", column.PageIndex ? "yes" : "",
                ]).Select(cell => new Text(Printable.Of(cell))));
            console.Write(table);
        }
    }
}

/// <summary>A row group, as <c>pipeline parquet stats --json</c> prints it.</summary>
internal sealed record GroupAnswer(
    [property: JsonPropertyName("rows")] long Rows, [property: JsonPropertyName("columns")] IReadOnlyList<ChunkAnswer> Columns)
{
    public static GroupAnswer Of(RowGroupFacts facts) => new(facts.Rows, [.. facts.Columns.Select(ChunkAnswer.Of)]);
}

/// <summary>A column of a row group; bounds and nulls are null where the writer did not say.</summary>
internal sealed record ChunkAnswer
{
    [JsonPropertyName("name")] public required string Name { get; init; }
    [JsonPropertyName("type")] public required string Type { get; init; }
    [JsonPropertyName("codec")] public required string Codec { get; init; }
    [JsonPropertyName("encodings")] public required IReadOnlyList<string> Encodings { get; init; }
    [JsonPropertyName("values")] public required long Values { get; init; }
    [JsonPropertyName("nulls")] public required long? Nulls { get; init; }
    [JsonPropertyName("stored_bytes")] public required long StoredBytes { get; init; }
    [JsonPropertyName("plain_bytes")] public required long PlainBytes { get; init; }
    [JsonPropertyName("least")] public required string? Least { get; init; }
    [JsonPropertyName("greatest")] public required string? Greatest { get; init; }
    [JsonPropertyName("bloom")] public required bool Bloom { get; init; }
    [JsonPropertyName("page_index")] public required bool PageIndex { get; init; }

    public static ChunkAnswer Of(ChunkFacts facts) => new()
    {
        Name = facts.Column, Type = facts.Type, Codec = facts.Codec, Encodings = facts.Encodings, Values = facts.Values,
        Nulls = facts.Nulls,
        StoredBytes = facts.StoredBytes, PlainBytes = facts.PlainBytes, Least = facts.Least, Greatest = facts.Greatest,
        Bloom = facts.HasBloom,
        PageIndex = facts.HasPageIndex,
    };
}

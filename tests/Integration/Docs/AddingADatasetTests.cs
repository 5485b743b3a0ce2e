using System.Text.Json;
using Npgsql;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>Follows docs/adding-a-dataset.md with the texts that stand there.</summary>
public sealed class AddingADatasetTests(PostgresServer postgres)
{
    private const string File = "store_visits/2026-03-01.ndjson";

    private static readonly DocPage Page = DocPage.Read("adding-a-dataset.md");

    [Fact]
    public async Task Who_follows_the_page_gets_the_rows_it_shows()
    {
        var stopping = TestContext.Current.CancellationToken;
        var home = Directory.CreateTempSubdirectory("pipeline-docs-").FullName;
        var (datasets, drop) = (Path.Combine(home, "datasets"), Path.Combine(home, "drop"));
        Repository.CopyContracts(datasets);
        Write(datasets, "store_visits.yaml", Page["yaml store_visits.yaml"]);
        using var app = new FunctionApp(
            postgres.CreateDatabase(), "127.0.0.1:1",
            ("Datasets__Folder", datasets), ("Drop__Root", drop), ("Drop__SettleTime", "00:00:00"));

        var (exitCode, output, errors) = await app.RunVerbAsync(["validate", datasets], stopping);
        Assert.True(exitCode == 0, errors);
        Assert.Contains(Page.Lines("text validate").Single(), output.Split('\n'));

        app.Start();
        await app.ReadyAsync(stopping);
        Write(drop, File, Page[$"json {File}"]);
        // A dropped file lands in pieces of whole records, each a record of its segment: this one is one.
        var status = await app.SettledAsync("store_visits", records: 1, stopping);
        AssertSays(JsonElement.Parse(Page["json status"]), status);
        await using var warehouse = NpgsqlDataSource.Create(app.Database);
        Assert.Equal(Page.Lines("text table"), await Given.LinesAsync(warehouse, Page["sql table"]));
        var lake = ParquetReaders.Query(Page["sql lake"].Replace("'lake/", $"'{app.Lake}/", StringComparison.Ordinal));
        Assert.Equal(Page.Lines("text lake"), lake.Select(row => string.Join('|', row)));
        Directory.Delete(home, recursive: true);
    }

    // Every member that the page shows has the value it shows.
    private static void AssertSays(JsonElement shown, JsonElement seen) =>
        Assert.All(shown.EnumerateObject(), member => Assert.True(
            JsonElement.DeepEquals(member.Value, Sorted(seen.GetProperty(member.Name))),
            $"{member.Name} is {seen.GetProperty(member.Name)}"));

    // Causes come by their number; the page has them by name.
    private static JsonElement Sorted(JsonElement value) => value.ValueKind != JsonValueKind.Array ? value
        : JsonSerializer.SerializeToElement(
            value.EnumerateArray().OrderBy(cause => cause.GetProperty("code").GetString(), StringComparer.Ordinal));

    // As a careful writer does: under another name first.
    private static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText($"{path}.tmp", text);
        System.IO.File.Move($"{path}.tmp", path);
    }
}

using Pipeline.Tests.Servers;
using Pipeline.Tests.Integration.Sinks;
using Npgsql;

namespace Pipeline.Tests.Integration.Files;

public sealed class DroppedThroughTheAppTests(PostgresServer postgres)
{
    [Fact]
    public async Task Files_are_landed_and_published_once_through_kills_of_the_app()
    {
        var stopping = TestContext.Current.CancellationToken;
        var drop = Directory.CreateTempSubdirectory("pipeline-drop-").FullName;
        using var app = new FunctionApp(
            postgres.CreateDatabase(), "127.0.0.1:1", ("Drop__Root", drop), ("Drop__SettleTime", "00:00:00"));
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        var random = new Random(7);
        var lines = await File.ReadAllLinesAsync(SampleWorld.Sample("conversions.csv"), stopping);
        app.Start();
        await app.ReadyAsync(stopping);
        for (var (i, from) = (0, 1); from < lines.Length; i++, from += 8)
        {
            Write(drop, $"conversions/{i:D2}.csv", [lines[0], .. lines[from..Math.Min(lines.Length, from + 8)]]);
            if (i is not (6 or 12)) continue;
            await Task.Delay(random.Next(200, 1500), stopping);
            app.Kill();
            app.Start();
            await app.ReadyAsync(stopping);
        }
        var files = (lines.Length - 1 + 7) / 8;
        await app.EventuallyAsync(async () => await LineAsync(ledger,
            $"""
            SELECT count(*) FILTER (WHERE state = 'landed') = {files} AND NOT EXISTS (
                SELECT FROM pipeline.segment WHERE dataset = 'conversions' AND state <> 'published')
                AND NOT EXISTS (SELECT FROM pipeline.publication WHERE state IN ('planned', 'committed')) FROM pipeline.dropped_file
            """) == "True", stopping);
        app.Kill();

        var expected = SampleWorld.Expected("conversions.csv");
        Assert.Equal(
            $"{expected.GetProperty("records")}|{expected.GetProperty("rows")}|{expected.GetProperty("duplicates")}",
            await LineAsync(ledger, "SELECT sum(rows_in), sum(rows_out), sum(rows_duplicate) FROM pipeline.publication WHERE dataset = 'conversions'"));
        Assert.Equal([$"{expected.GetProperty("rows")}"], SampleWorld.Rows(app.Lake, "conversions", "count(*)::VARCHAR"));
        Directory.Delete(drop, recursive: true);
    }

    // As a careful writer does: under another name first.
    private static void Write(string drop, string name, string[] lines)
    {
        var path = Path.Combine(drop, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines($"{path}.tmp", lines);
        File.Move($"{path}.tmp", path);
    }

    private static async Task<string> LineAsync(NpgsqlDataSource source, string sql) => (await Given.LinesAsync(source, sql))[0];
}

using System.Globalization;
using Npgsql;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>The app itself judges: behind a publication, and by its timer.</summary>
public sealed class QualityAppTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_publication_is_judged_behind_its_commit()
    {
        var stopping = TestContext.Current.CancellationToken;
        var drop = Directory.CreateTempSubdirectory("pipeline-drop-").FullName;
        using var app = new FunctionApp(
            postgres.CreateDatabase(), "127.0.0.1:1", ("Drop__Root", drop), ("Drop__SettleTime", "00:00:00"));
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        Directory.CreateDirectory(Path.Combine(drop, "conversions"));
        await File.WriteAllLinesAsync(Path.Combine(drop, "conversions", "a.csv"),
        [
            "timestamp,user_id,campaign_id,conversion_type,value,currency,conversion_id",
            .. Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{(i % 5 == 0 ? "yesterday" : "2026-01-05T10:00:00Z")},u{i},c1,purchase,{(i % 10 == 1 ? -i : i)},EUR,k{i}")),
        ], stopping);
        app.Start();
        await app.ReadyAsync(stopping);
        await app.EventuallyAsync(async () => (await Given.LinesAsync(
            ledger, "SELECT count(*) FROM pipeline.alert WHERE dataset = 'conversions' AND resolved_at IS NULL"))[0] == "3", stopping);
        app.Kill();

        Assert.Equal(
            [
                "critical|watermark_late|events|at most 4 hours, by the contract", "warning|reject_ratio_high|rows|the contract allows 2 %",
                "warning|values_out_of_range|value|from 0 to 1,000,000",
            ],
            await Given.LinesAsync(ledger,
                "SELECT severity, code, subject, expected FROM pipeline.alert WHERE dataset = 'conversions' ORDER BY 1, 2"));
        Assert.Equal(["200|40|160"], await Given.LinesAsync(ledger, "SELECT rows_in, rows_rejected, rows_out FROM pipeline.publication"));
        Directory.Delete(drop, recursive: true);
    }

    [Fact]
    public async Task The_timer_judges_what_publishes_nothing_any_more()
    {
        var stopping = TestContext.Current.CancellationToken;
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:1", ("HealthSchedule", "*/2 * * * * *"));
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        app.Start();
        await app.ReadyAsync(stopping);
        await Given.ExecuteAsync(ledger,
            "INSERT INTO pipeline.quality_hour SELECT 'clicks', date_trunc('hour', at, 'UTC'), 1, 9, 0, 0, at "
                + "FROM (SELECT now() - interval '1 day') AS yesterday (at)");
        await app.EventuallyAsync(async () => (await Given.LinesAsync(
            ledger, "SELECT code FROM pipeline.alert WHERE dataset = 'clicks' AND resolved_at IS NULL")) is ["watermark_late"], stopping);
        app.Kill();
    }
}

using System.Globalization;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>A provider changes figures of the past, and loses rows: so does the warehouse, and it remembers what stood before.</summary>
public sealed class RestatingTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restated_day_replaces_what_stood_and_the_log_shows_old_and_new()
    {
        var to = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        var (from, restated) = (to.AddDays(-3), to.AddDays(-1));
        await using var rig = await ExtractRig.StartAsync(postgres);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        await LoadAsync(rig, from, to);
        var before = await Upstream.AdsAsync(rig, from, to);
        Assert.Equal(before, await Upstream.AdTableAsync(rig, from, to));
        Assert.Empty(await rig.SqlAsync("SELECT * FROM pipeline.restatement_log"));

        await rig.SwitchAsync("restate", new { platform = "facebook", account = "1001", day = $"{restated:yyyy-MM-dd}" });
        await LoadAsync(rig, from, to);

        var after = await Upstream.AdsAsync(rig, from, to);
        Assert.NotEqual(before, after);
        Assert.True(after.Count < before.Count, "the Sandbox loses a row of a restated day");
        Assert.Equal(after, await Upstream.AdTableAsync(rig, from, to));
        Assert.Equal(after, Upstream.AdLake(rig, from, to));
        Assert.Equal(
            [Restated("ad", before, after), Restated("campaign", before, after)],
            await rig.SqlAsync(
                """
                SELECT source, account, stream, day::text, rows_old, rows_new, trim_scale((totals_old ->> 'spend')::numeric), trim_scale((totals_new ->> 'spend')::numeric)
                FROM pipeline.restatement_log WHERE dataset = 'ad_performance' ORDER BY stream
                """));

        string Restated(string level, IReadOnlyList<string> old, IReadOnlyList<string> now) => string.Join('|',
            "facebook", "1001", level, $"{restated:yyyy-MM-dd}", Of(old, level).Count, Of(now, level).Count, Spend(old, level), Spend(now, level));

        List<string[]> Of(IReadOnlyList<string> lines, string level) => [.. lines.Select(line => line.Split('|'))
            .Where(row => row[0] == "facebook" && row[1] == "1001" && row[2] == $"{restated:yyyy-MM-dd}" && row[3] == level)];

        string Spend(IReadOnlyList<string> lines, string level) =>
            Of(lines, level).Sum(row => decimal.Parse(row[9], CultureInfo.InvariantCulture)).ToString("0.######", CultureInfo.InvariantCulture);
    }

    private static async Task LoadAsync(ExtractRig rig, DateOnly from, DateOnly to)
    {
        foreach (var source in new[] { "facebook", "google_ads" }) await rig.BackfilledAsync(await rig.BackfillAsync(source, from, to));
        await rig.PublishedAsync();
    }
}

using System.Diagnostics;
using Microsoft.Playwright;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Deployment;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>What the page asks for of a ledger with years of history, and how it looks then.</summary>
public sealed class LargeLedgerTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly int Publications = LargeLedger.Publications;

    private static readonly int Visits = LargeLedger.IsLong ? 30 : 3;

    // An answer looks at the datasets' totals, their latest days and hours, and what is open. Of the hours that are kept, which are
    // bounded, the planner may read all; one look through the publications would be more than this.
    private const long MostRowsLookedAt = 15_000;

    // The page keeps no time of its own of when a row is there.
    private const string WatchForRow = """
        new MutationObserver((_, observer) => {
          if (!document.querySelector('tr[data-key]')) return;
          window.firstRow = performance.now();
          observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
        """;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_page_asks_for_costs_the_same_after_years()
    {
        var database = postgres.CreateDatabase();
        // One connection, so that it can say what it has counted itself.
        await using var source = NpgsqlDataSource.Create($"{database};Maximum Pool Size=1;Command Timeout=120");
        await LargeLedger.FillAsync(source, Stopping);

        var contracts = ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified();
        var before = await LookedAtAsync(source);
        var statuses = await new StatusReader(source, TimeProvider.System).ReadAsync(contracts.Contracts, Stopping);
        var status = await LookedAtAsync(source) - before;
        Assert.Equal(Publications / 4 * 499_900L, statuses.Single(each => each.Dataset == "clicks").RowsOut);
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        await new DayReader(source, TimeProvider.System).ReadAsync(contracts.Named("clicks"), today.AddDays(-90), today, Stopping);
        await new PublicationList(source).ReadAsync("clicks", Publications / 2, 50, Stopping);
        await new PublicationList(source).ReadAsync(null, Publications / 2, 50, Stopping);
        var others = await LookedAtAsync(source) - before - status;
        await new GaugeReader(source, TimeProvider.System).ReadAsync(contracts.Contracts.Select(each => each.Dataset), Stopping);
        var gauges = await LookedAtAsync(source) - before - status - others;
        output.WriteLine(
            $"rows and index entries looked at: {status:N0} for the status, {others:N0} for days and publications, {gauges:N0} for the gauges");
        Assert.InRange(status, 1, MostRowsLookedAt);
        Assert.InRange(others, 1, MostRowsLookedAt);
        Assert.InRange(gauges, 1, MostRowsLookedAt);
        await SeeAsync(database);
    }

    // What can be seen of it; the figures are for people.
    private async Task SeeAsync(string database)
    {
        // The page is the http role's; the others' work goes on elsewhere.
        using var pods = new RolePods(database);
        using var app = pods.Start("http", "127.0.0.1:1");
        await app.ReadyAsync(Stopping);
        var day = $"{DateTime.UtcNow:yyyy-MM-dd}";
        string[] paths = ["/api/status", "/api/publications?limit=50", "/api/publications?dataset=clicks&limit=50&before=10000",
            $"/api/datasets/clicks/days?to={day}", "/api/orchestrations", "/api/backfills", "/"];
        foreach (var path in paths)
        {
            var times = new List<double>();
            for (var i = 0; i < 6; i++)
            {
                var start = Stopwatch.GetTimestamp();
                using var answer = await app.Http.GetAsync(path, Stopping);
                Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            output.WriteLine($"{path}: median of the later five {times.Skip(1).Order().ElementAt(2):0.0} ms, first {times[0]:0.0} ms");
        }
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium", Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
        var visits = new List<double[]>();
        var floor = new List<double>();
        while (visits.Count < Visits)
        {
            floor.Add(await FloorAsync(browser, new Uri(app.Http.BaseAddress!, "/health/live")));
            await using var visitor = await Visitor.ComeAsync(
                browser, app.Http.BaseAddress!.ToString(), "#/", ColorScheme.Light, 1280, WatchForRow);
            visits.Add(await visitor.Page.EvaluateAsync<double[]>("""
                () => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.firstRow,
                  performance.getEntriesByType('navigation')[0].transferSize]
                """));
            if (visits.Count == Visits)
            {
                output.WriteLine(await visitor.PictureAsync("flow-large"));
                await visitor.GoAsync("#/datasets/clicks", "clicks");
                output.WriteLine(await visitor.PictureAsync("clicks-large"));
            }
            visitor.AssertCalm();
        }
        output.WriteLine(
            $"first contentful paint of a document of one line, ms: median {floor.Order().ElementAt(Visits / 2):0}, "
            + $"from {floor.Min():0} to {floor.Max():0}; of {Visits} pages {visits.Count(visit => visit[0] <= 200)} took 200 ms at most");
        string[] figures = ["first contentful paint, ms", "first row of a table, ms", "bytes of the document"];
        for (var i = 0; i < figures.Length; i++)
        {
            var values = visits.Select(visit => visit[i]).Order().ToList();
            output.WriteLine($"{figures[i]}: median of {Visits} visits {values[Visits / 2]:0}, from {values[0]:0} to {values[^1]:0}");
        }
    }

    // What the browser takes on this machine whatever the page: a window of its own, and one line.
    private static async Task<double> FloorAsync(IBrowser browser, Uri document)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(document.ToString());
        return await page.EvaluateAsync<double>("""
            () => new Promise(done => new PerformanceObserver((list, observer) => {
              const paint = list.getEntriesByName('first-contentful-paint')[0];
              if (!paint) return;
              observer.disconnect();
              done(paint.startTime);
            }).observe({ type: 'paint', buffered: true }))
            """);
    }

    private static async Task<long> LookedAtAsync(NpgsqlDataSource source)
    {
        await Given.ExecuteAsync(source, "SELECT pg_stat_force_next_flush()");
        await Given.ExecuteAsync(source, "SELECT pg_stat_clear_snapshot()");
        return (await Given.QueryAsync(source, """
            SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'pipeline')
                + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'pipeline'))::bigint
            """, row => row.GetInt64(0)))[0];
    }
}

using System.Diagnostics;
using Microsoft.Playwright;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>A ledger with years of history: 100,000 publications, as many segments, 300,000 objects of the lake; a fifth of it without
/// PIPELINE_LONG.</summary>
public sealed class LargeLedgerTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1";
    private static readonly int Publications = IsLong ? 100_000 : 20_000;
    private static readonly int Visits = IsLong ? 30 : 3;

    // An answer looks at the datasets' totals, their latest days and hours, and what is open. Of the hours that are kept, which are
    // bounded, the planner may read all; one look through the publications would be more than this.
    private const long MostRowsLookedAt = 15_000;

    private static readonly string History = $$"""
        INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, rows_in, rows_out, rows_duplicate, rows_rejected,
            min_event_time, max_event_time, planned_at, committed_at, visible_at)
        SELECT (ARRAY['user_actions', 'ad_impressions', 'clicks', 'conversions'])[1 + n % 4], 1, 'visible', 100000000,
            500000, 499900, 90, 10, at - interval '10 minutes', at - interval '1 minute', at, at, at
        FROM (SELECT n, now() - ({{Publications}} - n) * interval '10 minutes' AS at FROM generate_series(1, {{Publications}}) AS n) AS made;
        INSERT INTO pipeline.lake_object (
            publication_id, dataset, role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, state)
        SELECT id, dataset, 'data', dataset || '/event_date=' || committed_at::date || '/' || id || '-' || n || '.parquet',
            committed_at::date, 166633, 9000000, '', '', '{}', 'visible'
        FROM pipeline.publication, generate_series(1, 3) AS n;
        INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
        SELECT dataset, dataset || '-0', int8range(id * 500000, (id + 1) * 500000), 1, '', 500000, 100000000, 9000000, 'published',
            committed_at - interval '1 minute' FROM pipeline.publication;
        DO $work$ DECLARE each record; BEGIN
            -- A statement a publication, as commits are.
            FOR each IN SELECT id, dataset, committed_at FROM pipeline.publication WHERE id % 20 = 0 LOOP
                INSERT INTO pipeline.rejection (publication_id, code, field, records, first_shard, first_position, dataset, refused_at)
                VALUES (each.id, 'missing_field', 'SKU', 10, '', 0, each.dataset, each.committed_at);
            END LOOP;
        END $work$;
        """;

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
        await LedgerMigrations.ApplyAsync(source, TimeProvider.System, Stopping);
        await Given.ExecuteAsync(source, History);
        await new FoldCounts(source, TimeProvider.System).RunAsync(Stopping);
        await Given.ExecuteAsync(source, "VACUUM ANALYZE");
        // What the planner is told of a ledger that is written to all the time.
        await Given.ExecuteAsync(source, "UPDATE pg_class SET relallvisible = 0 WHERE relnamespace = 'pipeline'::regnamespace");

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
        using var app = new FunctionApp(database, "127.0.0.1:1");
        app.Start();
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
        while (visits.Count < Visits)
        {
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
        string[] figures = ["first contentful paint, ms", "first row of a table, ms", "bytes of the document"];
        for (var i = 0; i < figures.Length; i++)
        {
            var values = visits.Select(visit => visit[i]).Order().ToList();
            output.WriteLine($"{figures[i]}: median of {Visits} visits {values[Visits / 2]:0}, from {values[0]:0} to {values[^1]:0}");
        }
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

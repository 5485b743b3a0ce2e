using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Npgsql;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Sinks;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>A person looks at a running pipeline and acts on it, in Chromium.</summary>
public sealed class FlowTests(PageRig rig, ITestOutputHelper output) : IClassFixture<PageRig>
{
    [Fact]
    public async Task What_flows_is_seen_and_links_lead_to_the_dataset()
    {
        await using var visitor = await rig.VisitAsync();
        var page = visitor.Page;
        var header = page.GetByRole(AriaRole.Rowheader, new() { Name = "user_actions", Exact = true });
        var row = page.GetByRole(AriaRole.Row).Filter(new() { Has = header });
        Assert.Contains($"{PageRig.Events:N0}", await row.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains($"{PageRig.Refused}", await row.InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(row.GetByRole(AriaRole.Img)).ToHaveAccessibleNameAsync(new Regex(
            $"^user_actions: {PageRig.Events + PageRig.Refused:N0} records in the last 24 hours, at most [0-9,]+ in an hour$"));
        output.WriteLine(await visitor.PictureAsync("flow-light"));

        await row.GetByRole(AriaRole.Link, new() { Name = "user_actions", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "user_actions", Level = 1 }).WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Completeness" }).WaitForAsync();
        Assert.EndsWith("#/datasets/user_actions", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Rowheader, new() { Name = "SKU" }).WaitForAsync();
        Assert.Equal(0, await page.GetByText("undefined").CountAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Show sample rows" }).ClickAsync();
        await visitor.GiveKeyAsync();
        var sample = page.GetByRole(AriaRole.Table).Filter(new() { HasText = "From user_actions/event_date=" });
        await sample.WaitForAsync();
        Assert.Equal(21, await sample.GetByRole(AriaRole.Row).CountAsync());
        output.WriteLine(await visitor.PictureAsync("dataset-light"));
        visitor.AssertCalm();
    }

    [Fact]
    public async Task A_backfill_is_started_and_cancelled()
    {
        await rig.App.SwitchAsync(
            "faults", new { platform = "clevertap", fault = "throttle", probability = 1.0, seed = 1, waitSeconds = 30 });
        await using var visitor = await rig.VisitAsync("#/runs");
        var page = visitor.Page;
        var last = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        await page.GetByLabel("Source").SelectOptionAsync("clevertap");
        await page.GetByLabel("BBB-222-22ZZ").UncheckAsync();
        await page.GetByLabel("First day").FillAsync($"{last.AddDays(-3):yyyy-MM-dd}");
        await page.GetByLabel("Last day").FillAsync($"{last:yyyy-MM-dd}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await visitor.GiveKeyAsync();
        var name = $"clevertap, {last.AddDays(-3):yyyy-MM-dd} to {last:yyyy-MM-dd}";
        var started = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = name }).First;
        await Assertions.Expect(started.GetByRole(AriaRole.Progressbar)).ToHaveAccessibleNameAsync($"{name}: 0 of 4 days");
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The backfill of clevertap is started.");
        output.WriteLine(await visitor.PictureAsync("runs-light"));

        await page.GetByRole(AriaRole.Button, new() { Name = $"Cancel the backfill {name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the backfill", Exact = true }).ClickAsync();
        await Assertions.Expect(started).ToContainTextAsync("Cancelled");
        Assert.Equal(0, await started.GetByRole(AriaRole.Button).CountAsync());
        await rig.App.HealAsync();
        visitor.AssertCalm();
    }

    [Fact]
    public async Task An_order_that_is_refused_says_why_and_a_wrong_key_is_asked_for_again()
    {
        await using var visitor = await rig.VisitAsync("#/runs");
        var page = visitor.Page;
        await page.GetByLabel("First day").FillAsync("2026-03-02");
        await page.GetByLabel("Last day").FillAsync("2026-03-01");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("not the key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this key" }).ClickAsync();
        await page.GetByText("The key was refused. Another one?").WaitForAsync();
        await visitor.GiveKeyAsync();
        await page.GetByText("'from' (2026-03-02) is after 'to' (2026-03-01).").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        visitor.AssertCalm("400 POST /api/backfills");
    }

    [Fact]
    public async Task Publications_are_paged_and_addresses_can_be_shared()
    {
        await using var visitor = await rig.VisitAsync("#/publications?dataset=user_actions");
        var page = visitor.Page;
        await page.GetByRole(AriaRole.Heading, new() { Name = "Publications of user_actions", Level = 1 }).WaitForAsync();
        Assert.True(await page.GetByRole(AriaRole.Row).CountAsync() > 1);
        Assert.Equal("user_actions", await page.GetByLabel("Dataset").InputValueAsync());
        await page.GetByLabel("Dataset").SelectOptionAsync("");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Publications", Level = 1, Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Dataset" }).WaitForAsync();
        visitor.AssertCalm();
    }

    [Fact]
    public async Task What_is_not_there_any_more_is_said_by_a_pipeline_that_is_reached()
    {
        await using var visitor = await rig.VisitAsync("#/datasets/old");
        var page = visitor.Page;
        await page.GetByText("There is no such dataset.").WaitForAsync();
        await visitor.GoAsync("#/publications?dataset=old", "Publications of old");
        await page.GetByText("'dataset' is 'old'; write one of").WaitForAsync();
        await Assertions.Expect(page.Locator("#reach")).ToHaveTextAsync(new Regex("^Live"));
        Assert.False(await page.Locator("#away").IsVisibleAsync());
        await visitor.GoAsync("#/publications", "Publications");
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Dataset" }).WaitForAsync();
        visitor.AssertCalm("404 GET /api/datasets/old", "400 GET /api/publications?limit=50&dataset=old");
    }

    [Fact]
    public async Task A_source_stays_chosen_with_its_accounts()
    {
        await using var visitor = await rig.VisitAsync("#/runs");
        var page = visitor.Page;
        await page.GetByLabel("Source").SelectOptionAsync("google_ads");
        await page.GetByLabel("1234567801").WaitForAsync();
        await visitor.GoAsync("#/publications", "Publications");
        await visitor.GoAsync("#/runs", "Runs");
        await page.GetByLabel("1234567801").WaitForAsync();
        Assert.Equal("google_ads", await page.GetByLabel("Source").InputValueAsync());
        await page.GetByLabel("Source").SelectOptionAsync("facebook");
        await page.GetByLabel("1001").WaitForAsync();
        Assert.Equal("facebook", await page.GetByLabel("Source").InputValueAsync());
        visitor.AssertCalm();
    }

    [Fact]
    public async Task The_calendar_of_a_dataset_that_was_fed_long_ago_leads_to_today()
    {
        await using var ledger = NpgsqlDataSource.Create(rig.App.App.Database);
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        await Given.ExecuteAsync(
            ledger, $"INSERT INTO pipeline.day_delta VALUES ('bid_requests', '{today.AddDays(-150):yyyy-MM-dd}', 1, 10, 1000)");
        await using var visitor = await rig.VisitAsync("#/datasets/bid_requests");
        var later = visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Later" });
        foreach (var last in (int[])[-150, -59, 0])
        {
            await visitor.Page.GetByRole(AriaRole.Table, new() { NameRegex = new($"^Date partitions, .* to {today.AddDays(last):yyyy-MM-dd}$") })
                .WaitForAsync();
            if (last < 0) await later.ClickAsync();
        }
        await Assertions.Expect(later).ToBeDisabledAsync();
        visitor.AssertCalm();
    }

    [Fact]
    public async Task It_says_since_when_the_pipeline_is_not_reached_and_that_it_is_again()
    {
        await using var visitor = await rig.VisitAsync();
        var page = visitor.Page;
        await page.RouteAsync("**/api/**", route => route.AbortAsync());
        await page.EvaluateAsync("() => { location.hash = '#/alerts'; }");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Not reached since");
        await Assertions.Expect(page.Locator("#reach")).ToHaveTextAsync("Not reached");
        await page.UnrouteAllAsync();
        await page.EvaluateAsync("() => { location.hash = '#/runs'; }");
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The pipeline answers again.");
        Assert.False(await page.Locator("#away").IsVisibleAsync());
        visitor.AssertCalm("Failed to load resource: net::ERR_FAILED");
    }

    [Fact]
    public async Task Quarantine_is_looked_at_and_replayed()
    {
        await using var visitor = await rig.VisitAsync("#/datasets/user_actions");
        var page = visitor.Page;
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Sample ") }).First.ClickAsync();
        await visitor.GiveKeyAsync();
        var sample = page.GetByRole(AriaRole.Table).Filter(new() { HasText = "Sample of" });
        await sample.WaitForAsync();
        Assert.Equal(6, await sample.GetByRole(AriaRole.Row).CountAsync());
        output.WriteLine(await visitor.PictureAsync("quarantine-light"));

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Replay ") }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The replay is planned.");
        // The contract is the same, so that it refuses the same: nothing is lost, and nothing loaded.
        Assert.Equal("truncated, the record as a whole · visible · 25 · 0 · 25", await OutcomeAsync(page));
        output.WriteLine(await visitor.PictureAsync("replays-light"));
        visitor.AssertCalm();
    }

    [Fact]
    public async Task A_replay_of_what_was_refused_as_a_whole_leaves_a_fields_refusals_of_the_same_code_alone()
    {
        // A key that the contract names is there twice, or one that it does not name.
        var records = Enumerable.Repeat("""{"website":"a","website":"b"}"""u8.ToArray(), 3)
            .Concat(Enumerable.Repeat("""{"other":1,"other":2}"""u8.ToArray(), 2));
        using (var producer = new Producer(rig.App.Brokers, 1)) producer.Produce("ad-impressions", records);
        await rig.App.App.SettledAsync("ad_impressions", 5, TestContext.Current.CancellationToken);
        await using var visitor = await rig.VisitAsync("#/datasets/ad_impressions");
        var page = visitor.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay duplicate key, the record as a whole" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay", Exact = true }).ClickAsync();
        await visitor.GiveKeyAsync();
        Assert.Equal("duplicate key, the record as a whole · visible · 2 · 0 · 2", await OutcomeAsync(page));
        await using var ledger = NpgsqlDataSource.Create(rig.App.App.Database);
        Assert.Equal(["|2|replayed", "|2|open", "website|3|open"], await Given.LinesAsync(
            ledger, "SELECT field, records, state FROM pipeline.rejection WHERE dataset = 'ad_impressions' ORDER BY field, publication_id"));
        visitor.AssertCalm();
    }

    [Fact]
    public async Task Quarantine_is_discarded_with_a_reason()
    {
        var stopping = TestContext.Current.CancellationToken;
        using (var producer = new Producer(rig.App.Brokers, 1)) producer.Produce("clicks", Enumerable.Repeat("no click"u8.ToArray(), 7));
        await rig.App.App.SettledAsync("clicks", 7, stopping);
        await using var visitor = await rig.VisitAsync("#/datasets/clicks");
        var page = visitor.Page;
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Discard ") }).ClickAsync();
        await page.GetByLabel("Why").FillAsync("the partner's test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard", Exact = true }).ClickAsync();
        await visitor.GiveKeyAsync();
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The records are discarded.");
        await page.GetByText("No record is in quarantine.").WaitForAsync();
        Assert.Empty((await rig.App.App.StatusAsync("clicks", stopping)).GetProperty("rejections").EnumerateArray());
        visitor.AssertCalm();
    }

    [Fact]
    public async Task An_alert_is_resolved_with_what_was_done()
    {
        await using var ledger = NpgsqlDataSource.Create(rig.App.App.Database);
        await Given.ExecuteAsync(ledger, """
            INSERT INTO pipeline.alert (severity, dataset, code, subject, text, raised_at, last_seen_at)
            VALUES ('critical', 'conversions', 'volume', 'the last hour', 'Nothing came.', now(), now())
            """);
        await using var visitor = await rig.VisitAsync("#/alerts");
        var page = visitor.Page;
        var card = page.GetByRole(AriaRole.Article).Filter(new() { HasText = "Nothing came." });
        await card.WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve volume of the last hour" }).ClickAsync();
        await page.GetByLabel("What was done").FillAsync("the partner sends again");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        await visitor.GiveKeyAsync();
        await Assertions.Expect(page.Locator("#announce")).ToHaveTextAsync("The alert is resolved.");
        await Assertions.Expect(card).ToHaveCountAsync(0);
        const string reasons = "SELECT resolved_reason FROM pipeline.alert WHERE text = 'Nothing came.' AND resolved_at IS NOT NULL";
        Assert.Equal(["the partner sends again"], await Given.QueryAsync(ledger, reasons, row => row.GetString(0)));
        visitor.AssertCalm();
    }

    [Fact]
    public async Task All_open_alerts_are_counted_and_reached_by_pages()
    {
        await using var ledger = NpgsqlDataSource.Create(rig.App.App.Database);
        await Given.ExecuteAsync(ledger, """
            INSERT INTO pipeline.alert (severity, dataset, code, subject, text, raised_at, last_seen_at)
            SELECT 'critical', 'conversions', 'file_refused', 'file ' || n, 'No head.', now(), now() FROM generate_series(1, 120) AS n
            """);
        await using var visitor = await rig.VisitAsync("#/alerts");
        var page = visitor.Page;
        var resolve = page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Resolve ") });
        await Assertions.Expect(resolve).ToHaveCountAsync(50);
        var newest = page.GetByText(new Regex("^[0-9]+ alerts open, the newest first\\.$"));
        await Assertions.Expect(newest).ToContainTextAsync($"{await page.Locator("#alert-count").InnerTextAsync()} alerts open");
        Assert.InRange(int.Parse((await newest.InnerTextAsync()).Split(' ')[0], CultureInfo.InvariantCulture), 120, int.MaxValue);
        var seen = await NamesAsync();
        for (var older = page.GetByRole(AriaRole.Link, new() { Name = "Older" }); await older.CountAsync() > 0;)
        {
            await older.ClickAsync();
            await Assertions.Expect(resolve.First).Not.ToHaveAccessibleNameAsync(seen[^50]);
            seen.AddRange(await NamesAsync());
        }
        Assert.Equal(
            Enumerable.Range(1, 120).Reverse().Select(n => $"Resolve file_refused of file {n}"),
            seen.Where(name => name.Contains("file_refused", StringComparison.Ordinal)));
        await page.GetByRole(AriaRole.Link, new() { Name = "Newest" }).ClickAsync();
        await newest.WaitForAsync();
        await Given.ExecuteAsync(ledger, "UPDATE pipeline.alert SET resolved_at = now() WHERE code = 'file_refused'");
        visitor.AssertCalm();

        async Task<List<string>> NamesAsync() =>
            [.. await resolve.EvaluateAllAsync<string[]>("buttons => buttons.map(button => button.getAttribute('aria-label'))")];
    }

    // The replay that was ordered: what, its state, rows in, rows out, refused again.
    private static async Task<string> OutcomeAsync(IPage page)
    {
        var cells = page.GetByRole(AriaRole.Table, new() { NameRegex = new("^The latest replays") }).GetByRole(AriaRole.Cell);
        await Assertions.Expect(cells.Nth(1)).ToHaveTextAsync("visible", new() { Timeout = 180_000 });   // as for the app
        var texts = await cells.AllInnerTextsAsync();
        return string.Join(" · ", texts.Take(5).Select(text => text.Split('\n')[0]));
    }
}

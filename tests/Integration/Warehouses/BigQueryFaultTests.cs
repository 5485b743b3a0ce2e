using System.Text.Json;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Integration.Sources;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>What follows from each answer of BigQuery that is not the one hoped for, over HTTP, and what is paid for.</summary>
public sealed class BigQueryFaultTests
{
    private static readonly SliceWindow OneDay = new("bigquery", "shop-analytics", "user_actions", SourceRig.Day, SourceRig.Day);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>Fault, what follows when it is shown once, and when it is shown always. An answer that is withheld counts as fetched.</summary>
    public static TheoryData<string, string, string> Table { get; } = new()
    {
        { "throttle", "Throttled, Fetched", "Throttled..." },
        { "quota", "Throttled, Fetched", "Throttled..." },
        { "backend_error", "Fetched", "Transient..." },
        { "internal_error", "Fetched", "Transient..." },
        { "access_denied", "Withheld", "Withheld" },
        { "token_expired", "Fetched", "Stopped (application)" },
        { "result_gone", "Fetched", "Transient..." },
        { "invalid_query", "Withheld", "Withheld" },
        { "job_failed", "Fetched", "Transient..." },
        { "job_rate_limit", "Fetched", "Waiting..." },
        { "job_quota", "Fetched", "Waiting..." },
        { "resources_exceeded", "Withheld", "Withheld" },
        { "short_page", "Withheld", "Withheld" },
        { "server_error", "Fetched", "Transient..." },
        { "bad_gateway", "Fetched", "Transient..." },
        { "drop", "Fetched", "Transient..." },
        { "slow", "Fetched", "Fetched" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_answer_leads_to_its_action_and_what_heals_lands_the_truth(string fault, string once, string always)
    {
        foreach (var (next, expected) in new[] { ((int?)1, once), (null, always) })
        {
            await using var rig = await SourceRig.StartAsync();
            await rig.FaultAsync("bigquery", fault, next);

            var journey = await Journey.OfAsync(rig, rig.BigQuery(), OneDay);

            Assert.Equal((fault, expected), (fault, journey.Suspect is null ? journey.Trail : journey.Trail.Replace("Fetched", "Withheld", StringComparison.Ordinal)));
            if (expected.EndsWith("Fetched", StringComparison.Ordinal))
                Assert.Equal(await TruthAsync(rig, OneDay), await RowsAsync(rig, journey.Parts));
            await rig.AssertPoliteAndDiscreetAsync("bigquery");
        }
    }

    [Fact]
    public async Task The_table_has_every_fault_of_the_Sandbox()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Equal(await rig.FaultNamesAsync("bigquery"), Table.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_step_that_is_made_again_after_a_crash_finds_its_job_and_nobody_pays_twice()
    {
        await using var rig = await SourceRig.StartAsync();
        var task = new SliceTask(rig.Begin(OneDay), 0, null);
        for (var life = 0; life < 4; life++) await UntilFetchedAsync(rig, task);        // each life remembers nothing of the one before
        Assert.Equal(1, await BilledAsync(rig));

        await UntilFetchedAsync(rig, new(rig.Begin(OneDay), 0, null));                  // another extraction asks anew: the table may have changed
        Assert.Equal(2, await BilledAsync(rig));
    }

    [Fact]
    public async Task A_day_is_loaded_when_the_quota_is_back_however_many_jobs_it_stopped_and_faults_before_and_behind_it()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.FaultAsync("bigquery", "job_failed", next: 2);
        await rig.FaultAsync("bigquery", "job_quota", next: 12);
        await rig.FaultAsync("bigquery", "job_failed", next: 3);
        var began = rig.Clock.GetUtcNow();

        var journey = await Journey.OfAsync(rig, rig.BigQuery(), OneDay);

        Assert.Equal("Fetched", journey.Trail);
        Assert.Equal(await TruthAsync(rig, OneDay), await RowsAsync(rig, journey.Parts));
        Assert.Equal(18, await BilledAsync(rig));
        Assert.InRange(rig.Clock.GetUtcNow() - began, TimeSpan.FromMinutes(120), TimeSpan.FromMinutes(125));
    }

    [Fact]
    public async Task A_query_that_reads_more_than_may_be_billed_is_not_run_and_the_reason_says_what_to_do()
    {
        await using var rig = await SourceRig.StartAsync();
        rig.BigQueryOptions = rig.BigQueryOptions with { MaxBytesBilled = 1024 * 1024 };
        var journey = await Journey.OfAsync(rig, rig.BigQuery(), OneDay);
        Assert.Equal(
            "BigQuery answered bytesBilledLimitExceeded: the day's query reads more than BigQuery:MaxBytesBilled. Name the columns that are needed, or raise the limit.",
            journey.Suspect);
    }

    [Theory]
    [InlineData("shop.user_actions", "", "notFound")]
    [InlineData("shop.actions", "event_date", "notFound")]
    [InlineData("shop.user_actions", "day", "invalidQuery")]
    public async Task A_table_or_column_that_is_not_there_withholds_its_days_and_the_project_is_still_asked(string table, string dayColumn, string reason)
    {
        await using var rig = await SourceRig.StartAsync();
        rig.BigQueryOptions = rig.BigQueryOptions with
        {
            Location = dayColumn.Length == 0 ? "US" : "EU",
            Streams = [new() { Name = "user_actions", Table = table, DayColumn = dayColumn.Length == 0 ? "event_date" : dayColumn }],
        };
        Assert.Null((await rig.BigQuery().ProbeAsync("shop-analytics", Stopping)).Problem);
        var journey = await Journey.OfAsync(rig, rig.BigQuery(), OneDay);
        Assert.Equal("Fetched", journey.Trail);
        Assert.StartsWith($"BigQuery answered {reason}: ", journey.Suspect, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(journey.Parts).Pages);
    }

    [Fact]
    public async Task Daily_tables_and_named_columns_are_asked_for_as_the_settings_say()
    {
        await using var rig = await SourceRig.StartAsync();
        rig.BigQueryOptions = rig.BigQueryOptions with
        {
            Streams = [new() { Name = "user_actions", Table = "shop-analytics.shop.user_actions_*", Columns = ["timestamp", "event_name", "user_identifiers", "product_information"] }],
        };
        var journey = await Journey.OfAsync(rig, rig.BigQuery(), OneDay);
        Assert.Equal("Fetched", journey.Trail);
        var pages = await Landed.PagesAsync(rig.Segments, journey.Parts);
        Assert.Equal(["timestamp", "event_name", "user_identifiers", "product_information"],
            pages[0].GetProperty("schema").GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("name").GetString()));
        Assert.Equal((await TruthAsync(rig, OneDay)).Count, pages.Sum(page => page.GetProperty("rows").GetArrayLength()));
    }

    [Fact]
    public async Task Accounts_without_access_are_found_before_anything_is_fanned_out()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.FaultAsync("bigquery", "token_expired");
        Assert.Contains("credentials are not accepted", (await rig.BigQuery().ProbeAsync("shop-analytics", Stopping)).Problem, StringComparison.Ordinal);
        await rig.FaultAsync("google_ads", "invalid_grant");
        Assert.Contains("BigQuery:ServiceAccountFile", (await rig.BigQuery().ProbeAsync("shop-analytics", Stopping)).Problem, StringComparison.Ordinal);
    }

    private static async Task UntilFetchedAsync(SourceRig rig, SliceTask task)
    {
        var source = rig.BigQuery();
        for (var left = 10; left > 0; left--)
        {
            var step = await source.StepAsync(task, Stopping);
            if (step.Kind == StepKind.Fetched) return;
            Assert.Equal(StepKind.Waiting, step.Kind);
            task = task with { State = step.States[0] };
        }
        Assert.Fail("the job never ended");
    }

    private static async Task<int> BilledAsync(SourceRig rig) => (await rig.Apis.CountersAsync("bigquery")).GetProperty("operations").GetInt32();

    private static async Task<List<string>> RowsAsync(SourceRig rig, IEnumerable<ExtractedPart> parts) =>
    [
        .. (from page in await Landed.PagesAsync(rig.Segments, parts)
            from row in page.GetProperty("rows").EnumerateArray()
            let cells = row.GetProperty("f")
            select string.Join('|', Cell(cells, 1), Cell(cells, 0), Cell(cells, 2), Cell(cells[3].GetProperty("v").GetProperty("f"), 0),
                Cell(cells[4].GetProperty("v").GetProperty("f"), 1))).Order(StringComparer.Ordinal),
    ];

    private static string? Cell(JsonElement cells, int place) => cells[place].GetProperty("v").GetString();

    private static async Task<List<string>> TruthAsync(SourceRig rig, SliceWindow window) =>
    [
        .. (await rig.Apis.TruthAsync("bigquery", window.Account, $"{window.From:O}", $"{window.To:O}"))
            .Select(row => string.Join('|', row["day"], row["micros"], row["event"], row["user"], row["sku"])).Order(StringComparer.Ordinal),
    ];
}

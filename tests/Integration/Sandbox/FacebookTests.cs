using System.Net;
using System.Text.Json;

namespace Pipeline.Tests.Integration.SandboxTests;

public sealed class FacebookTests : IAsyncLifetime
{
    private const string Fields = "account_id,campaign_id,adset_id,ad_id,ad_name,impressions,clicks,inline_link_clicks,reach,spend,actions,action_values";
    private SandboxApis apis = null!;

    public async ValueTask InitializeAsync() => apis = await SandboxApis.StartAsync();

    public ValueTask DisposeAsync() => apis.DisposeAsync();

    [Fact]
    public async Task A_run_read_to_its_last_page_is_the_truth()
    {
        var run = await SubmitAsync("ad", "2026-10-01", "2026-10-03");
        Assert.Equal("Job Completed", (await PollAsync(run))[^1]);
        var (rows, pages) = await ReadAsync($"/v26.0/{run}/insights?limit=7&{Auth}");
        var truth = await apis.TruthAsync("facebook", "act_1001", "2026-10-01", "2026-10-03", "ad");
        Assert.InRange(truth.Count, 20, 30);
        Assert.Equal((truth.Count + 6) / 7, pages);
        Assert.Equal(truth.Select(Flat).Order(), rows.Select(Flat).Order());
        Assert.All(rows, row => Assert.All(row.EnumerateObject(), value => Assert.Contains(value.Value.ValueKind, new[] { JsonValueKind.String, JsonValueKind.Array })));
    }

    [Fact]
    public async Task Runs_pass_through_not_started_and_a_running_of_100_percent()
    {
        var first = await PollAsync(await SubmitAsync("campaign", "2026-10-01", "2026-10-01"));
        var second = await PollAsync(await SubmitAsync("campaign", "2026-10-01", "2026-10-01"));
        var third = await PollAsync(await SubmitAsync("campaign", "2026-10-01", "2026-10-01"));
        Assert.Equal(["Job Not Started", "Job Running", "Job Completed"], first);
        Assert.Equal(["Job Running", "Job Completed"], second);
        Assert.Equal(["Job Completed"], third);
    }

    [Fact]
    public async Task The_same_purchase_stands_under_three_types()
    {
        var page = await apis.GetAsync($"/v26.0/act_1001/insights?level=account&fields={Fields}&time_range={Range("2026-10-01", "2026-10-07")}&{Auth}");
        var actions = page.GetProperty("data")[0].GetProperty("actions").EnumerateArray().ToDictionary(
            action => action.GetProperty("action_type").GetString()!, action => action.GetProperty("value").GetString());
        Assert.Equal(actions["purchase"], actions["omni_purchase"]);
        Assert.Equal(actions["purchase"], actions["offsite_conversion.fb_pixel_purchase"]);
        Assert.False(page.GetProperty("paging").TryGetProperty("next", out _));
    }

    [Fact]
    public async Task An_empty_page_can_come_before_the_next()
    {
        await apis.SwitchAsync("faults", new { platform = "facebook", fault = "empty_page", next = 1 });
        var run = await SubmitAsync("ad", "2026-10-01", "2026-10-01");
        await PollAsync(run);
        var (rows, pages) = await ReadAsync($"/v26.0/{run}/insights?limit=500&{Auth}");
        Assert.Equal(2, pages);
        Assert.Equal((await apis.TruthAsync("facebook", "1001", "2026-10-01", "2026-10-01", "ad")).Count, rows.Count);
    }

    [Theory]
    [InlineData("job_failed", "Job Failed", 2)]
    [InlineData("job_too_broad", "Job Failed", 100)]
    [InlineData("job_failed_report", "Job Failed", -2)]
    [InlineData("job_skipped", "Job Skipped", null)]
    public async Task A_run_ends_as_it_is_told_to(string fault, string end, int? code)
    {
        await apis.SwitchAsync("faults", new { platform = "facebook", fault, next = 1 });
        var run = await SubmitAsync("ad", "2026-10-01", "2026-10-01");
        Assert.Equal(end, (await PollAsync(run))[^1]);
        var status = await apis.GetAsync($"/v26.0/{run}?{Auth}");
        Assert.Equal(code, status.TryGetProperty("error_code", out var error) ? error.GetInt32() : null);
        Assert.Equal("Job Completed", (await PollAsync(await SubmitAsync("ad", "2026-10-01", "2026-10-01")))[^1]);
    }

    [Fact]
    public async Task Too_much_data_is_refused_until_less_is_asked_for()
    {
        await apis.SwitchAsync("faults", new { platform = "facebook", fault = "too_broad", rowsAbove = 15, endpoint = "report_submit" });
        var (_, wide) = await SubmitAnyAsync("ad", "2026-10-01", "2026-10-03", SandboxApis.FacebookToken);
        Assert.Equal(1487534, wide.GetProperty("error").GetProperty("error_subcode").GetInt32());
        await SubmitAsync("ad", "2026-10-01", "2026-10-01");
    }

    [Fact]
    public async Task A_throttled_account_stays_closed_for_the_time_its_headers_say()
    {
        await apis.SwitchAsync("faults", new { platform = "facebook", fault = "throttle", next = 1, waitSeconds = 600 });
        var (response, body) = await SubmitAnyAsync("ad", "2026-10-01", "2026-10-01", SandboxApis.FacebookToken);
        Assert.Equal(80000, body.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(600, JsonElement.Parse(response.Headers.GetValues("X-Ad-Account-Usage").Single()).GetProperty("reset_time_duration").GetInt32());
        var useCases = JsonElement.Parse(response.Headers.GetValues("X-Business-Use-Case-Usage").Single()).EnumerateObject().Single().Value;
        Assert.Equal([0, 10], useCases.EnumerateArray().Select(type => type.GetProperty("estimated_time_to_regain_access").GetInt32()));

        (_, body) = await SubmitAnyAsync("ad", "2026-10-01", "2026-10-01", SandboxApis.FacebookToken);
        Assert.Equal(80000, body.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(1, await apis.ExceededAsync("facebook", "called_while_throttled"));
        await apis.GetAsync($"/v26.0/act_1002?{Auth}");
    }

    [Fact]
    public async Task A_dead_token_stays_dead_and_another_lives()
    {
        await apis.SwitchAsync("faults", new { platform = "facebook", fault = "token_expired", after = 1, next = 1 });
        await SubmitAsync("ad", "2026-10-01", "2026-10-01");
        for (var call = 0; call < 2; call++)
        {
            var (response, body) = await SubmitAnyAsync("ad", "2026-10-01", "2026-10-01", SandboxApis.FacebookToken);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(190, body.GetProperty("error").GetProperty("code").GetInt32());
        }

        var debug = await apis.GetAsync($"/v26.0/debug_token?input_token={SandboxApis.FacebookToken}&access_token=190000000000001|sandbox-app-secret");
        Assert.False(debug.GetProperty("data").GetProperty("is_valid").GetBoolean());
        var (_, alive) = await SubmitAnyAsync("ad", "2026-10-01", "2026-10-01", "sandbox-facebook-2");
        Assert.True(alive.TryGetProperty("report_run_id", out _));
    }

    [Theory]
    [InlineData("/v19.0/act_1001?access_token=sandbox-facebook-1", 2635)]
    [InlineData("/v26.0/act_1001?access_token=sandbox-facebook-1&appsecret_proof=0", 100)]
    [InlineData("/v26.0/act_1001?access_token=somebody", 190)]
    public async Task What_the_api_would_not_take_is_refused(string address, int code)
    {
        var (_, body) = await apis.SendAsync(new(HttpMethod.Get, address));
        Assert.Equal(code, body.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Names_of_ads_come_in_pages()
    {
        var (rows, pages) = await ReadAsync($"/v26.0/act_1002/ads?fields=name,status,adset_id&limit=3&{Auth}");
        Assert.Equal(3, pages);
        Assert.Contains("Meme 😀", rows.Select(row => row.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_restated_day_has_other_figures_and_one_row_less()
    {
        var before = await apis.TruthAsync("facebook", "1001", "2026-10-02", "2026-10-02", "ad");
        await apis.SwitchAsync("restate", new { platform = "facebook", account = "act_1001", day = "2026-10-02" });
        var after = await apis.TruthAsync("facebook", "1001", "2026-10-02", "2026-10-02", "ad");
        Assert.Equal(before.Count - 1, after.Count);
        Assert.DoesNotContain(after[0]["clicks"], before.Where(row => row["ad_id"] == after[0]["ad_id"]).Select(row => row["clicks"]));
        var (rows, _) = await ReadAsync($"/v26.0/act_1001/insights?level=ad&time_increment=1&fields={Fields}&time_range={Range("2026-10-02", "2026-10-02")}&{Auth}");
        Assert.Equal(after.Select(Flat).Order(), rows.Select(Flat).Order());
    }

    [Theory]
    [InlineData("field_renamed", "amount_spent")]
    [InlineData("field_added", "attention_score")]
    public async Task A_changed_structure_touches_its_days_alone(string change, string field)
    {
        await apis.SwitchAsync("structure", new { platform = "facebook", change, from = "2026-10-02", to = "2026-10-02" });
        var (rows, _) = await ReadAsync($"/v26.0/act_1001/insights?level=account&time_increment=1&fields={Fields}&time_range={Range("2026-10-01", "2026-10-03")}&{Auth}");
        Assert.Equal([false, true, false], rows.Select(row => row.TryGetProperty(field, out _)));
    }

    private static string Auth => $"access_token={SandboxApis.FacebookToken}&appsecret_proof={SandboxApis.Proof}";

    private static string Range(string since, string until) => Uri.EscapeDataString($$"""{"since":"{{since}}","until":"{{until}}"}""");

    private async Task<string> SubmitAsync(string level, string since, string until) =>
        (await SubmitAnyAsync(level, since, until, SandboxApis.FacebookToken)).Body.GetProperty("report_run_id").GetString()!;

    private Task<(HttpResponseMessage Response, JsonElement Body)> SubmitAnyAsync(string level, string since, string until, string token) =>
        apis.SendAsync(new(HttpMethod.Post, "/v26.0/act_1001/insights")
        {
            Headers = { { "Authorization", $"Bearer {token}" } },
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["level"] = level, ["fields"] = Fields, ["time_increment"] = "1", ["appsecret_proof"] = SandboxApis.ProofOf(token),
                ["time_range"] = $$"""{"since":"{{since}}","until":"{{until}}"}""",
            }),
        });

    private async Task<List<string>> PollAsync(string run)
    {
        var statuses = new List<string>();
        do statuses.Add((await apis.GetAsync($"/v26.0/{run}?{Auth}")).GetProperty("async_status").GetString()!);
        while (statuses[^1] is "Job Not Started" or "Job Running" && statuses.Count < 10);
        return statuses;
    }

    private async Task<(List<JsonElement> Rows, int Pages)> ReadAsync(string? address)
    {
        var rows = new List<JsonElement>();
        var pages = 0;
        for (; address is not null && pages < 100; pages++)
        {
            var page = await apis.GetAsync(address);
            rows.AddRange(page.GetProperty("data").EnumerateArray());
            address = page.TryGetProperty("paging", out var paging) && paging.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        return (rows, pages);
    }

    private static string Flat(Dictionary<string, string> row) => string.Join(
        ' ', row["day"], row["campaign_id"], row["ad_group_id"], row["ad_id"], row["impressions"], row["clicks"], row["link_clicks"], row["reach"],
        decimal.Parse(row["spend"]).ToString("0.00"), row["conversions"], decimal.Parse(row["conversions_value"]).ToString("0.00"));

    private static string Flat(JsonElement row) => string.Join(
        ' ', Text(row, "date_start"), Text(row, "campaign_id"), Text(row, "adset_id"), Text(row, "ad_id"), Text(row, "impressions"), Text(row, "clicks"),
        Text(row, "inline_link_clicks", "0"), Text(row, "reach"), Text(row, "spend"), Purchases(row, "actions", "0"), Purchases(row, "action_values", "0.00"));

    private static string Purchases(JsonElement row, string list, string none) => row.TryGetProperty(list, out var actions)
        ? actions.EnumerateArray().Where(action => Text(action, "action_type") == "omni_purchase").Select(action => Text(action, "value")).SingleOrDefault(none)
        : none;

    private static string Text(JsonElement row, string name, string none = "") => row.TryGetProperty(name, out var value) ? value.GetString()! : none;
}

using System.Net;
using System.Text.Json;

namespace Pipeline.Tests.Integration.SandboxTests;

public sealed class GoogleAdsTests : IAsyncLifetime
{
    private const string Account = "1234567801";
    private const string Metrics = "segments.date, metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.conversions_value";
    private SandboxApis apis = null!;
    private string token = "";

    public async ValueTask InitializeAsync()
    {
        apis = await SandboxApis.StartAsync();
        token = await apis.GoogleTokenAsync();
    }

    public ValueTask DisposeAsync() => apis.DisposeAsync();

    [Theory]
    [InlineData("ad_group_ad", "ad_group_ad.ad.id", "ad")]
    [InlineData("campaign", "campaign.id", "campaign")]
    public async Task A_stream_of_several_batches_is_the_truth(string resource, string id, string level)
    {
        var (_, batches) = await SearchAsync("searchStream", Query(resource, id, "2026-09-01", "2026-09-28"));
        var rows = batches.EnumerateArray().SelectMany(batch => batch.GetProperty("results").EnumerateArray()).ToList();
        var truth = await apis.TruthAsync("google", Account, "2026-09-01", "2026-09-28", level);
        Assert.True(batches.GetArrayLength() > 1);
        Assert.Equal(truth.Select(row => Flat(row, level)).Order(), rows.Select(Flat).Order());
    }

    [Fact]
    public async Task What_was_not_selected_and_what_is_zero_is_left_out()
    {
        var (_, batches) = await SearchAsync("searchStream", Query("ad_group_ad", "ad_group_ad.ad.id", "2026-09-01", "2026-09-28"));
        var rows = batches.EnumerateArray().SelectMany(batch => batch.GetProperty("results").EnumerateArray()).ToList();
        Assert.All(rows, row => Assert.Equal(["adGroupAd", "segments", "metrics"], row.EnumerateObject().Select(member => member.Name)));
        Assert.Contains(rows, row => !row.GetProperty("metrics").TryGetProperty("clicks", out _));
        Assert.All(rows, row => Assert.Equal(JsonValueKind.String, row.GetProperty("metrics").GetProperty("impressions").ValueKind));
    }

    [Fact]
    public async Task Performance_Max_has_cost_in_its_campaign_alone()
    {
        var campaigns = await apis.TruthAsync("google", Account, "2026-09-01", "2026-09-28", "campaign");
        var ads = await apis.TruthAsync("google", Account, "2026-09-01", "2026-09-28", "ad");
        Assert.NotEqual(campaigns.Sum(row => decimal.Parse(row["spend"])), ads.Sum(row => decimal.Parse(row["spend"])));
        Assert.Equal(["21000090000"], campaigns.Select(row => row["campaign_id"]).Except(ads.Select(row => row["campaign_id"])));
    }

    [Fact]
    public async Task Pages_end_where_no_token_follows_and_cost_one_operation()
    {
        var query = Query("ad_group_ad", "ad_group_ad.ad.id", "2026-09-01", "2026-09-28");
        string? pageToken = null;
        var rows = 0;
        var pages = 0;
        do
        {
            var (_, page) = await apis.SendAsync(SandboxApis.Search("search", Account, token, new { query, pageToken }));
            rows += page.GetProperty("results").GetArrayLength();
            pageToken = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        }
        while (++pages < 10 && pageToken is not null);
        Assert.Equal((await apis.TruthAsync("google", Account, "2026-09-01", "2026-09-28", "ad")).Count, rows);
        Assert.Equal(1, (await apis.CountersAsync("google_ads")).GetProperty("operations").GetInt32());
    }

    [Fact]
    public async Task A_day_without_figures_is_a_batch_without_results()
    {
        var (response, batches) = await SearchAsync("searchStream", Query("campaign", "campaign.id", "2099-01-01", "2099-01-01"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(Assert.Single(batches.EnumerateArray()).TryGetProperty("results", out _));
    }

    [Fact]
    public async Task An_error_can_come_in_the_middle_of_a_good_answer()
    {
        await apis.SwitchAsync("faults", new { platform = "google_ads", fault = "error_in_stream", next = 1 });
        var query = Query("ad_group_ad", "ad_group_ad.ad.id", "2026-09-01", "2026-09-28");
        var (response, batches) = await SearchAsync("searchStream", query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(batches[0].TryGetProperty("results", out _));
        Assert.True(batches.EnumerateArray().Last().TryGetProperty("error", out _));
        Assert.DoesNotContain((await SearchAsync("searchStream", query)).Body.EnumerateArray(), batch => batch.TryGetProperty("error", out _));
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("bad_gateway")]
    public async Task A_connection_can_break_and_a_gateway_can_answer(string fault)
    {
        await apis.SwitchAsync("faults", new { platform = "google_ads", fault, next = 1, rowsAbove = 20 });
        var wide = Query("ad_group_ad", "ad_group_ad.ad.id", "2026-09-01", "2026-09-28");
        await Assert.ThrowsAnyAsync<Exception>(() => SearchAsync("searchStream", wide));
        Assert.Equal(HttpStatusCode.OK, (await SearchAsync("searchStream", wide)).Response.StatusCode);
        Assert.Equal(1, (await apis.CountersAsync("google_ads")).GetProperty("faults").GetProperty(fault).GetInt32());
    }

    [Fact]
    public async Task A_quota_that_is_used_up_says_when_to_come_back()
    {
        await apis.SwitchAsync("faults", new { platform = "google_ads", fault = "throttle", next = 1, waitSeconds = 30 });
        var (response, body) = await SearchAsync("search", Query("campaign", "campaign.id", "2026-10-01", "2026-10-01"));
        var failure = body.GetProperty("error").GetProperty("details")[0].GetProperty("errors")[0];
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("RESOURCE_EXHAUSTED", failure.GetProperty("errorCode").GetProperty("quotaError").GetString());
        Assert.Equal("30s", failure.GetProperty("details").GetProperty("quotaErrorDetails").GetProperty("retryDelay").GetString());
    }

    [Fact]
    public async Task An_expired_access_token_is_refused_and_a_new_one_lives()
    {
        await apis.SwitchAsync("faults", new { platform = "google_ads", fault = "token_expired", next = 1 });
        var query = Query("campaign", "campaign.id", "2026-10-01", "2026-10-01");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SearchAsync("searchStream", query)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SearchAsync("searchStream", query)).Response.StatusCode);
        token = await apis.GoogleTokenAsync();
        Assert.Equal(HttpStatusCode.OK, (await SearchAsync("searchStream", query)).Response.StatusCode);
    }

    [Theory]
    [InlineData("FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")]
    [InlineData(", metrics.costs FROM campaign", "UNRECOGNIZED_FIELD")]
    [InlineData(", ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE")]
    [InlineData("FROM campaign WHERE campaign.id LIKES 3", "UNEXPECTED_INPUT")]
    public async Task A_query_that_cannot_be_answered_is_refused(string rest, string code)
    {
        var (response, body) = await SearchAsync("searchStream", $"SELECT campaign.id {rest}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var failure = body[0].GetProperty("error").GetProperty("details")[0].GetProperty("errors")[0];
        Assert.Equal(code, failure.GetProperty("errorCode").GetProperty("queryError").GetString());
    }

    [Theory]
    [InlineData("1234567809", "CUSTOMER_NOT_ENABLED")]
    [InlineData("1111111111", "USER_PERMISSION_DENIED")]
    public async Task Accounts_that_cannot_be_asked_are_refused(string customer, string code)
    {
        var (response, body) = await apis.SendAsync(SandboxApis.Search("search", customer, token, new { query = "SELECT campaign.id FROM campaign" }));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(code, body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manager_lists_its_accounts()
    {
        const string Query = "SELECT customer_client.id, customer_client.manager FROM customer_client WHERE customer_client.status = 'ENABLED'";
        var (_, page) = await apis.SendAsync(SandboxApis.Search("search", "9000000001", token, new { query = Query }));
        var ids = page.GetProperty("results").EnumerateArray().Select(row => row.GetProperty("customerClient").GetProperty("id").GetString());
        Assert.Equal(["9000000001", "1234567801", "1234567802"], ids);
    }

    private static string Query(string resource, string id, string from, string to) =>
        $"SELECT {id}, {Metrics} FROM {resource} WHERE segments.date BETWEEN '{from}' AND '{to}' PARAMETERS omit_unselected_resource_names=true";

    private Task<(HttpResponseMessage Response, JsonElement Body)> SearchAsync(string verb, string query) =>
        apis.SendAsync(SandboxApis.Search(verb, Account, token, new { query }));

    private static string Flat(Dictionary<string, string> row, string level) => string.Join(
        ' ', row[$"{level}_id"], row["day"], row["impressions"], row["clicks"], row["spend"], row["conversions"], row["conversions_value"]);

    private static string Flat(JsonElement row)
    {
        var metrics = row.GetProperty("metrics");
        var id = row.TryGetProperty("campaign", out var campaign) ? campaign.GetProperty("id") : row.GetProperty("adGroupAd").GetProperty("ad").GetProperty("id");
        return string.Join(
            ' ', id.GetString(), row.GetProperty("segments").GetProperty("date").GetString(), Metric("impressions"), Metric("clicks"),
            (decimal.Parse(Metric("costMicros")) / 1_000_000).ToString("0.######"), Metric("conversions"), Metric("conversionsValue"));

        string Metric(string name) => metrics.TryGetProperty(name, out var value) ? value.ToString() : "0";
    }
}

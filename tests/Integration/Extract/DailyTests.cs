using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>The daily run, and what the API says to orders it cannot take.</summary>
public sealed class DailyTests(PostgresServer postgres)
{
    private static readonly (string, string)[] Short =
        [("Facebook__LookbackDays", "1"), ("GoogleAds__LookbackDays", "1"), ("CleverTap__LookbackDays", "1")];

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_token_stops_its_source_with_an_alert_before_anything_is_fanned_out_and_the_others_load()
    {
        await using var rig = await ExtractRig.StartAsync(postgres, [.. Short, ("Facebook__AccessToken", "expired-canary-token")]);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);

        (await rig.App.Http.PostAsJsonAsync("/admin/functions/ExtractDaily", new { }, Stopping)).Dispose();
        await rig.App.EventuallyAsync(async () => (await rig.SqlAsync(
            "SELECT source FROM pipeline.slice WHERE state = 'published' GROUP BY source HAVING count(DISTINCT account) = 2 ORDER BY 1")).SequenceEqual(["clevertap", "google_ads"]), Stopping);
        await rig.PublishedAsync();

        Assert.Equal(
            ["facebook 1001", "facebook 1002"],
            await rig.SqlAsync("SELECT subject FROM pipeline.alert WHERE code = 'source_stopped' AND resolved_at IS NULL ORDER BY 1"));
        Assert.Equal("0", Assert.Single(await rig.SqlAsync("SELECT count(*) FROM pipeline.extraction WHERE source = 'facebook'")));
        Assert.InRange(await rig.CallsAsync("facebook"), 0, 4);
        Assert.DoesNotContain("canary", await File.ReadAllTextAsync(rig.App.LogPath, Stopping), StringComparison.Ordinal);
        Assert.Equal("0", Assert.Single(await rig.SqlAsync("SELECT count(*) FROM pipeline.alert WHERE text LIKE '%canary%'")));
    }

    [Fact]
    public async Task An_order_with_faults_is_answered_with_all_of_them()
    {
        await using var rig = await ExtractRig.StartAsync(postgres);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);

        using var answer = await rig.App.Http.PostAsJsonAsync(
            "/api/backfills", new { source = "facebok", accounts = new[] { "7" }, from = "2026-10-02", to = "2026-10-32", days = 3 }, Stopping);
        var faults = await FaultsAsync(answer);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("'days' is not known", faults, StringComparison.Ordinal);
        Assert.Contains("'source' is 'facebok'", faults, StringComparison.Ordinal);
        Assert.Contains("'to' is missing or no day", faults, StringComparison.Ordinal);

        using var future = await rig.App.Http.PostAsJsonAsync(
            "/api/backfills", new { source = "facebook", accounts = new[] { "7" }, from = "2099-01-02", to = "2099-01-01" }, Stopping);
        faults = await FaultsAsync(future);
        Assert.Contains("'from' (2099-01-02) is after 'to' (2099-01-01)", faults, StringComparison.Ordinal);
        Assert.Contains("a day that is not over", faults, StringComparison.Ordinal);
        Assert.Contains("'accounts' names '7'; the settings have 1001, 1002", faults, StringComparison.Ordinal);

        using var replay = await rig.App.Http.PostAsJsonAsync("/api/replays", new { dataset = "user_action", from = "2026-10-01", to = "2026-10-02" }, Stopping);
        Assert.Equal(HttpStatusCode.BadRequest, replay.StatusCode);
        Assert.Contains("'dataset' is 'user_action'; write one of ad_", await FaultsAsync(replay), StringComparison.Ordinal);
        using var nothing = await rig.App.Http.PostAsJsonAsync("/api/replays", new { dataset = "ad_performance", from = "2026-10-01", to = "2026-10-02" }, Stopping);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.App.Http.GetAsync(new Uri("/api/backfills/unknown", UriKind.Relative), Stopping)).StatusCode);
    }

    [Fact]
    public async Task A_backfill_tells_its_progress_and_can_be_cancelled()
    {
        var to = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        await using var rig = await ExtractRig.StartAsync(postgres);
        await rig.SwitchAsync("faults", new { platform = "facebook", fault = "job_stuck" });
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        var id = await rig.BackfillAsync("facebook", to.AddDays(-9), to);
        await rig.App.EventuallyAsync(async () => (await BackfillAsync(rig, id)).GetProperty("progress").ValueKind == JsonValueKind.Object, Stopping);
        Assert.Equal(10, (await BackfillAsync(rig, id)).GetProperty("progress").GetProperty("Days").GetInt32());

        using var cancelled = await rig.App.Http.DeleteAsync(new Uri($"/api/backfills/{id}", UriKind.Relative), Stopping);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await rig.App.EventuallyAsync(async () => (await BackfillAsync(rig, id)).GetProperty("status").GetString() == "Terminated", Stopping);
        var calls = -1;
        await rig.App.EventuallyAsync(async () =>
        {
            var before = calls;
            await Task.Delay(3000, Stopping);
            return before == (calls = await rig.CallsAsync("facebook"));
        }, Stopping);
    }

    private static Task<JsonElement> BackfillAsync(ExtractRig rig, string id) => rig.App.Http.GetFromJsonAsync<JsonElement>($"/api/backfills/{id}", Stopping);

    private static async Task<string> FaultsAsync(HttpResponseMessage answer) =>
        string.Join('\n', (await answer.Content.ReadFromJsonAsync<JsonElement>(Stopping)).GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()));
}

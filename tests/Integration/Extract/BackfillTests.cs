using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>A month of three providers, through faults and kills: what is loaded is what they say, and no limit of theirs is exceeded.</summary>
public sealed class BackfillTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Kills = 2;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backfill_loads_what_upstream_says_whatever_goes_wrong()
    {
        var to = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        var from = to.AddDays(-29);
        await using var rig = await ExtractRig.StartAsync(postgres);
        foreach (var platform in new[] { "facebook", "google_ads" })
            await rig.SwitchAsync("faults", new { platform, fault = "throttle", probability = 0.2, seed = 1, waitSeconds = 0.2 });
        await rig.SwitchAsync("faults", new { platform = "clevertap", fault = "throttle", probability = 0.2, seed = 1 });
        foreach (var platform in new[] { "facebook", "google_ads", "clevertap" })
            await rig.SwitchAsync("faults", new { platform, fault = "server_error", probability = 0.03, seed = 2 });
        await rig.SwitchAsync("faults", new { platform = "google_ads", fault = "drop", probability = 0.2, seed = 3, endpoint = "search_stream" });
        await rig.SwitchAsync("tokens", new { expiresInSeconds = 15 });
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        var backfills = new List<string>();
        foreach (var source in new[] { "facebook", "google_ads", "clevertap" }) backfills.Add(await rig.BackfillAsync(source, from, to));

        var random = new Random(1);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(4000, 9000), Stopping);
            rig.App.Kill();
            rig.App.Start();
            await rig.App.ReadyAsync(Stopping);
        }
        foreach (var id in backfills) output.WriteLine((await rig.BackfilledAsync(id)).ToString());
        await rig.PublishedAsync();

        Assert.Equal(await Upstream.AdsAsync(rig, from, to), await Upstream.AdTableAsync(rig, from, to));
        Assert.Equal(await Upstream.AdsAsync(rig, from, to), Upstream.AdLake(rig, from, to));
        Assert.Equal(await Upstream.EventsAsync(rig, from, to), await Upstream.EventTableAsync(rig, from, to));
        Assert.Equal(await Upstream.EventsAsync(rig, from, to), Upstream.EventLake(rig, from, to));
        Assert.DoesNotContain("canary", await File.ReadAllTextAsync(rig.App.LogPath, Stopping), StringComparison.Ordinal);
        AssertNoLimitWasExceeded(await rig.CountersAsync());
    }

    /// <summary>A page is asked for again only because of a fault: at most once more for each that hit its account, and for each kill.</summary>
    private void AssertNoLimitWasExceeded(JsonElement counters)
    {
        foreach (var platform in counters.GetProperty("platforms").EnumerateObject())
        {
            output.WriteLine($"{platform.Name}: {platform.Value}");
            Assert.Empty(platform.Value.GetProperty("limits").EnumerateObject().Where(limit => limit.Value.GetInt32() > 0).Select(limit => $"{platform.Name} {limit.Name}"));
        }
        foreach (var account in counters.GetProperty("questions").EnumerateArray()
            .GroupBy(question => (question.GetProperty("platform").GetString(), question.GetProperty("account").GetString())))
        {
            var faults = account.Sum(question => question.GetProperty("calls").GetInt32() - question.GetProperty("answered").GetInt32());
            var pages = account.Where(question => question.GetProperty("endpoint").GetString() is "report_page" or "search_stream" or "page");
            // A stream of Google's that breaks off is asked for by halves, and never again as a whole.
            Assert.All(pages, page => Assert.InRange(
                page.GetProperty("answered").GetInt32(), account.Key.Item1 == "google_ads" ? 0 : 1, 1 + faults + Kills));
        }
    }
}

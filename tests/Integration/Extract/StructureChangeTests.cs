using System.Net;
using System.Net.Http.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>"CleverTap changed its API" (docs/runbooks/clevertap-changed-its-api.md), from the first withheld day to full tables.</summary>
public sealed class StructureChangeTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changed_days_are_withheld_others_load_and_a_replay_under_a_new_contract_asks_nobody()
    {
        var to = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        var (from, changed) = (to.AddDays(-4), to.AddDays(-1));
        await using var rig = await ExtractRig.StartAsync(postgres);
        await rig.SwitchAsync("structure", new { platform = "clevertap", change = "field_renamed", from = $"{changed:yyyy-MM-dd}" });
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        await rig.BackfilledAsync(await rig.BackfillAsync("clevertap", from, to));
        await rig.PublishedAsync();

        Assert.Equal(await Upstream.EventsAsync(rig, from, changed.AddDays(-1)), await Upstream.EventTableAsync(rig, from, to));
        Assert.Equal(await Upstream.EventsAsync(rig, from, changed.AddDays(-1)), Upstream.EventLake(rig, from, to));
        var withheld = await rig.SqlAsync(
            "SELECT account, day::text, reason FROM pipeline.slice WHERE dataset = 'clevertap_events' AND state = 'withheld' ORDER BY account, day");
        Assert.Equal(
            ExtractRig.CleverTapAccounts.SelectMany(account => new[] { $"{account}|{changed:yyyy-MM-dd}", $"{account}|{to:yyyy-MM-dd}" }),
            withheld.Select(slice => slice[..slice.LastIndexOf('|')]));
        Assert.All(withheld, slice => Assert.Contains("event_props", slice, StringComparison.Ordinal));
        Assert.Equal("2", Assert.Single(await rig.SqlAsync(
            "SELECT count(*) FROM pipeline.alert WHERE dataset = 'clevertap_events' AND code = 'slice_withheld' AND resolved_at IS NULL")));
        var rejected = Assert.Single(await rig.SqlAsync("SELECT sum(rows_rejected), sum(rows_in - rows_out - rows_duplicate) FROM pipeline.publication")).Split('|');
        Assert.Equal(rejected[0], rejected[1]);

        await ContractVersion2Async(rig);
        var calls = await rig.CallsAsync("clevertap");
        using var answer = await rig.App.Http.PostAsJsonAsync(
            "/api/replays", new { dataset = "clevertap_events", from = $"{from:yyyy-MM-dd}", to = $"{to:yyyy-MM-dd}" }, Stopping);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Stopping));
        await rig.PublishedAsync();

        Assert.Equal(await Upstream.EventsAsync(rig, from, to), await Upstream.EventTableAsync(rig, from, to));
        Assert.Equal(await Upstream.EventsAsync(rig, from, to), Upstream.EventLake(rig, from, to));
        Assert.Equal("0", Assert.Single(await rig.SqlAsync("SELECT count(*) FROM warehouse.clevertap_events WHERE event_props IS NULL")));
        Assert.Equal("0", Assert.Single(await rig.SqlAsync("SELECT count(*) FROM pipeline.alert WHERE code = 'slice_withheld' AND resolved_at IS NULL")));
        Assert.Equal(calls, await rig.CallsAsync("clevertap"));
    }

    [Theory]
    [InlineData("facebook", "field_renamed", "spend")]
    [InlineData("facebook", "field_retyped", "spend")]
    [InlineData("facebook", "envelope", "items")]
    [InlineData("google_ads", "field_renamed", "metrics.costMicros")]
    [InlineData("google_ads", "field_vanished", "segments.date")]
    [InlineData("google_ads", "envelope", "rows")]
    [InlineData("clevertap", "field_vanished", "ts")]
    [InlineData("clevertap", "field_retyped", "ts")]
    [InlineData("clevertap", "envelope", "data")]
    [InlineData("clevertap", "cursor_renamed", "cursor")]
    public async Task Whatever_changes_nothing_of_it_is_loaded_and_the_reason_names_it(string platform, string change, string named)
    {
        var day = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        await using var rig = await ExtractRig.StartAsync(postgres);
        await rig.SwitchAsync("structure", new { platform, change, from = $"{day:yyyy-MM-dd}" });
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        await rig.BackfilledAsync(await rig.BackfillAsync(platform, day, day));
        await rig.PublishedAsync();

        var dataset = platform == "clevertap" ? "clevertap_events" : "ad_performance";
        var slices = await rig.SqlAsync($"SELECT state, reason FROM pipeline.slice WHERE dataset = '{dataset}'");
        Assert.NotEmpty(slices);
        Assert.All(slices, slice => Assert.StartsWith("withheld|", slice, StringComparison.Ordinal));
        Assert.All(slices, slice => Assert.Contains(named, slice, StringComparison.Ordinal));
        Assert.Equal("0", Assert.Single(await rig.SqlAsync($"SELECT count(*) FROM warehouse.{dataset}")));
    }

    // What the runbook says: the new name beside the old one, and the next version.
    private static async Task ContractVersion2Async(ExtractRig rig)
    {
        var folder = Path.Combine(rig.App.Home, "datasets");
        Repository.CopyContracts(folder);
        var file = Path.Combine(folder, "clevertap_events.yaml");
        var contract = await File.ReadAllTextAsync(file, Stopping);
        Assert.Contains("from: event_props,", contract, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, contract
            .Replace("version: 1", "version: 2", StringComparison.Ordinal)
            .Replace("from: event_props,", "from: [event_props, eventProps],", StringComparison.Ordinal), Stopping);
        await rig.App.StopAsync(Stopping);
        rig.App.Set("Datasets__Folder", folder);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
    }
}

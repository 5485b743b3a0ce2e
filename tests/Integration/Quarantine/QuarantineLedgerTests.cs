using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Integration.Slices;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Quarantine.OrdersWorld;

namespace Pipeline.Tests.Integration.Quarantine;

/// <summary>What is open, by cause and by day, and how it ends.</summary>
public sealed class QuarantineLedgerTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusals_are_listed_by_cause_and_by_day_without_what_filters_drop()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        world.Clock.Now = world.Clock.Now.AddDays(1);
        await world.LandAsync(Renamed("b", 7));
        await world.PublishAsync(First);

        var status = await world.Refusals.ReadAsync("orders", stopping);
        Assert.Equal(6, status.OpenRecords);
        Assert.Equal(
            ["missing sku 3 2 orders-0-g1@1 1.00:00:00", "wrong_type qty 2 1 orders-0-g1@2 00:00:00", "truncated  1 1 orders-0-g1@3 00:00:00"],
            status.Groups.Select(group => $"{group.Code} {group.Field} {group.Records} {group.Publications} {group.FirstShard}@{group.FirstPosition} "
                + (group.LastSeen - group.FirstSeen)));
        Assert.Equal(["20 missing 2 2", "20 truncated 1 1", "20 wrong_type 2 2", "21 missing 1 1"], status.ByDay.Select(day =>
            $"{day.Day.Day} {day.Code} {day.Records} {day.OpenRecords}"));
        Assert.Empty(status.Replays);
    }

    [Fact]
    public async Task What_is_discarded_is_recorded_and_its_object_goes_when_nothing_in_it_is_open()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        Assert.Equal(2, await world.Refusals.DiscardAsync("orders", "missing", "sku", "tester", "The sender is gone.", stopping));
        Assert.Equal(0, await world.Refusals.DiscardAsync("orders", "missing", "sku", "tester", "Again.", stopping));
        Assert.Equal(["tester|quarantine_discard|orders|missing|sku|2|The sender is gone."], await world.LinesAsync(
            "SELECT actor, action, dataset, code, field, records, reason FROM pipeline.audit"));
        Assert.Equal(3, (await world.ReplayRefusedAsync(Second)).Records);
        await world.PublishAsync(Second);
        await world.AssertBalancedAsync();
        await world.SweepAsync(Second);
        Assert.Equal(["orders/2.ndjson"], await KeysAsync(world));   // what is refused still

        Assert.Equal(1, await world.Refusals.DiscardAsync("orders", "truncated", null, "tester", "Cut off.", stopping));
        await world.SweepAsync(Second);
        Assert.Empty(await KeysAsync(world));
        Assert.Equal(0, (await world.Refusals.ReadAsync("orders", stopping)).OpenRecords);
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task A_sample_opens_records_and_masks_them()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var publications = await world.Refusals.WithOpenAsync("orders", "wrong_type", "qty", stopping);
        var sample = await world.Samples.ReadAsync(First, publications, "wrong_type", "qty", 1, stopping);
        var record = Assert.Single(sample);
        Assert.Equal((1L, "orders-0-g1", 2L), (record.Publication, record.Shard, record.Position));
        Assert.Equal("""{"id":"c","at":"2026-11-20T12:03:00.0000000Z","sku":"S-3","qty":"three","count":"<number, 1>"}""", record.Record);
        Assert.Equal(["{\"xx\":"], (await world.Samples.ReadAsync(First, publications, "truncated", null, 10, stopping)).Select(each => each.Record));
        Assert.Equal(5, (await world.Samples.ReadAsync(First, publications, null, null, 100, stopping)).Count);
    }

    [Fact]
    public async Task Refusals_of_slices_end_when_newer_publications_have_all_their_days()
    {
        await using var world = await SliceWorld.CreateAsync(postgres);
        var days = SliceWorld.Week with { To = SliceWorld.Day.AddDays(1) };
        string[] rows = [.. Enumerable.Range(0, 30).Select(i => SliceWorld.Row(SliceWorld.Day, $"ad{i}", i)), SliceWorld.Row(SliceWorld.Day.AddDays(1), "b", 1)];
        var retyped = SliceWorld.Row(SliceWorld.Day, "bad", 1).Replace("\"spend\":1", "\"spend\":{}", StringComparison.Ordinal);
        await world.LandAsync(days, [.. rows, retyped]);
        await world.PublishAsync();
        var planner = new ReplayPlanner(world.Source, world.Clock);
        var (windows, records) = await planner.RefusedSlicesAsync("ads", "wrong_type", null, stopping);
        Assert.Equal([("act_1", days.From, days.To)], windows.Select(window => (window.Account, window.From, window.To)));
        Assert.Equal(1, records);

        await world.LandAsync(days with { To = days.From }, rows[..30]);
        await world.PublishAsync();
        Assert.Equal(["open"], await StatesAsync(world));
        await world.LandAsync(days with { From = days.To }, rows[30]);
        await world.PublishAsync();
        Assert.Equal(["superseded"], await StatesAsync(world));
    }

    private async Task<List<string>> StatesAsync(SliceWorld world)
    {
        await new SweepLeftovers(
            world.Source, world.Stores, new Alerts(world.Source, world.Clock), world.Clock,
            (lost, token) => world.Rebuild.RunAsync(lost, SliceWorld.Ads, token), ["ads"]).RunAsync(stopping);
        return await world.LinesAsync("SELECT state FROM pipeline.rejection");
    }

    private Task<List<string>> KeysAsync(OrdersWorld world) =>
        world.Stores.Quarantine.ListAsync("", null, stopping).Select(each => each.Key).ToListAsync(stopping).AsTask();
}

using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

public sealed class SliceLedgerTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_extraction_feeds_several_datasets_and_landing_it_again_changes_nothing()
    {
        await using var world = await CreateAsync(postgres);
        var extraction = await world.Slices.BeginAsync(Week, ["ads", "raw_ads"], stopping);
        var parts = await world.WriteAsync(extraction, [Row(Day, "a", 1)], [Row(Day, "b", 2)]);
        Assert.True(await world.Slices.LandAsync(extraction, parts, null, stopping));
        Assert.True(await world.Slices.LandAsync(extraction, parts, "too late", stopping));

        Assert.Equal(["ads|2|2", "raw_ads|2|2"], await world.LinesAsync(
            "SELECT dataset, count(*), count(DISTINCT object_key) FROM pipeline.segment WHERE state = 'landed' GROUP BY 1 ORDER BY 1"));
        Assert.Equal(["2"], await world.LinesAsync("SELECT count(DISTINCT object_key) FROM pipeline.segment"));
        var status = await world.Slices.StatusAsync("raw_ads", null, Day, Day.AddDays(30), stopping);
        Assert.Equal(7, status.Count);
        Assert.Equal(
            new SliceStatus("raw_ads", Week with { To = Day }, SliceState.Landed, extraction.Id, world.Clock.Now, null, null), status[0]);
        Assert.Empty(await world.Slices.StatusAsync("raw_ads", "act_2", Day, Day, stopping));
    }

    [Fact]
    public async Task An_older_extraction_that_lands_later_does_not_set_a_slice_back()
    {
        await using var world = await CreateAsync(postgres);
        var older = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        var newer = await world.LandAsync(Week with { To = Day }, Row(Day, "a", 1));
        await world.Slices.LandAsync(older, await world.WriteAsync(older, [Row(Day, "a", 0)]), "suspect", stopping);
        var status = await world.Slices.StatusAsync("ads", "act_1", Day, Day.AddDays(1), stopping);
        Assert.Equal([(newer.Id, SliceState.Landed, null), (older.Id, SliceState.Withheld, "suspect")],
            status.Select(slice => (slice.ExtractionId, slice.State, slice.Reason)));
    }

    [Fact]
    public async Task An_extraction_open_for_a_day_is_abandoned_its_parts_are_deleted_and_it_cannot_land()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Row(Day, "a", 1));
        var crashed = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        var parts = await world.WriteAsync(crashed, [Row(Day, "a", 2)], [Row(Day, "b", 2)]);
        world.Clock.Now += TimeSpan.FromHours(23);
        var running = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        var written = await world.WriteAsync(running, [Row(Day, "a", 3)]);
        Assert.Equal(0, (await SweepAsync(world)).OrphanSegmentsDeleted);

        world.Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(2, (await SweepAsync(world)).OrphanSegmentsDeleted);
        Assert.False(await world.Slices.LandAsync(crashed, parts, null, stopping));
        Assert.Equal([.. await LandedKeysAsync(world), written[0].ObjectKey], await KeysAsync(world));

        await world.WriteAsync(crashed, [Row(Day, "late", 2)]);
        world.Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(1, (await SweepAsync(world)).OrphanSegmentsDeleted);
        Assert.Equal(["1|landed", "2|removed", "3|open"], await world.LinesAsync("SELECT id, state FROM pipeline.extraction ORDER BY 1"));
    }

    [Fact]
    public async Task A_step_repeated_with_other_bytes_lands_once_and_what_it_had_written_before_is_deleted()
    {
        await using var world = await CreateAsync(postgres);
        var extraction = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        await world.WriteAsync(extraction, [Row(Day, "a", 1)], [Row(Day, "b", 1)]);
        var parts = await world.WriteAsync(extraction, [Row(Day, "a", 2)], [Row(Day, "b", 2)]);
        Assert.True(await world.Slices.LandAsync(extraction, parts, null, stopping));
        await world.PublishAsync();

        Assert.Equal(4, (await KeysAsync(world)).Count);
        Assert.Equal(new SweepReport(0, 0, 0), await SweepAsync(world));
        world.Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(new SweepReport(0, 0, 0, OrphanSegmentsDeleted: 2), await SweepAsync(world));
        Assert.Equal(parts.Select(part => part.ObjectKey), await KeysAsync(world));
        Assert.Equal(["10-01|a|2", "10-01|b|2"], await world.TableAsync());

        await world.WriteAsync(extraction, [Row(Day, "a", 3)]);
        Assert.Equal(0, (await SweepAsync(world)).OrphanSegmentsDeleted);     // it was listed, and is not listed again
        Assert.Equal(["true"], await world.LinesAsync("SELECT swept::text FROM pipeline.extraction"));
    }

    [Fact]
    public async Task Streams_of_any_name_and_length_have_keys_of_their_own()
    {
        await using var world = await CreateAsync(postgres);
        var name = string.Concat(Enumerable.Repeat("Überweisung / bestätigt ", 20));
        foreach (var stream in new[] { name + "1", name + "2", "../x" })
            await world.LandAsync(Week with { Stream = stream }, Row(Day, "a", 1, level: stream));
        Assert.Equal(3, (await LandedKeysAsync(world)).Count);
        Assert.Equal(await LandedKeysAsync(world), await KeysAsync(world));
    }

    [Fact]
    public async Task An_object_nobody_committed_among_a_datasets_slices_is_reported()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Row(Day, "a", 1));
        await world.PublishAsync();
        await world.Lake.PutAsync("ads/report_date=2026-10-01/account=act_1/level=ad/stray.parquet", new byte[1], stopping);
        Assert.Equal(1, (await SweepAsync(world)).UnknownObjects);
    }

    private static Task<List<string>> KeysAsync(SliceWorld world) =>
        world.Stores.Segments.ListAsync("", null, TestContext.Current.CancellationToken).Select(found => found.Key).ToListAsync().AsTask();

    private static async Task<List<string>> LandedKeysAsync(SliceWorld world) =>
        [.. (await world.LinesAsync("SELECT DISTINCT object_key FROM pipeline.segment")).Order(StringComparer.Ordinal)];

    private static Task<SweepReport> SweepAsync(SliceWorld world) => new SweepLeftovers(
        world.Source, world.Stores, new Alerts(world.Source, world.Clock), world.Clock, (lost, token) => world.Rebuild.RunAsync(lost, Ads, token))
        .RunAsync(TestContext.Current.CancellationToken);
}

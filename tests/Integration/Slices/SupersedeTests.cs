using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

public sealed class SupersedeTests(PostgresServer postgres)
{
    private static readonly SliceWindow OneDay = Week with { To = Day };

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_between_commit_and_finish_leaves_the_old_rows_visible_until_the_sweep_has_both_done()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(OneDay, Row(Day, "a", 1));
        await world.PublishAsync();
        await world.LandAsync(OneDay, Row(Day, "a", 2));
        await world.PublishAsync(lake: new Stuck(world.Lake));
        Assert.Equal(["10-01|a|2"], await world.TableAsync());
        Assert.Equal(["10-01|a|1"], await world.LakeAsync());

        // The sweep makes what it finds visible before it removes anything.
        Assert.Equal((1, 1, 0), Figures(await Sweep(world).RunAsync(stopping)));
        Assert.Equal(["10-01|a|2"], await world.LakeAsync());
        Assert.Equal((0, 0, 0), Figures(await Sweep(world).RunAsync(stopping)));
    }

    [Fact]
    public async Task A_publication_that_was_superseded_before_it_was_visible_never_becomes_visible()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(OneDay, Row(Day, "a", 1));
        await world.PublishAsync();
        foreach (var spend in new[] { 2, 3 })
        {
            await world.LandAsync(OneDay, Row(Day, "a", spend));
            await world.PublishAsync(lake: new Stuck(world.Lake));
            Assert.Equal(["10-01|a|1"], await world.LakeAsync());
        }
        Assert.Equal((1, 2, 0), Figures(await Sweep(world).RunAsync(stopping)));
        Assert.Equal(["10-01|a|3"], await world.LakeAsync());
        Assert.Equal(["1|superseded", "2|superseded", "3|visible"], await world.LinesAsync("SELECT id, state FROM pipeline.publication ORDER BY 1"));
        Assert.Empty(await world.Lake.PendingUploadsAsync("", stopping).ToListAsync(stopping));
    }

    [Fact]
    public async Task A_rebuild_of_an_object_that_is_superseded_meanwhile_leaves_nothing_behind()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(OneDay, Row(Day, "a", 1), Row(Day, "b", 1));
        await world.PublishAsync(lake: new Stuck(world.Lake));
        var lost = Assert.Single(await world.Ledger.UnfinishedAsync(null, 10, stopping));
        await world.LandAsync(OneDay, Row(Day, "a", 2));
        await world.PublishAsync();
        await world.Rebuild.RunAsync(lost, Ads, stopping);
        Assert.Equal(["10-01|a|2"], await world.LakeAsync());
        Assert.Empty(await world.Lake.PendingUploadsAsync("", stopping).ToListAsync(stopping));
    }

    [Fact]
    public async Task A_lost_upload_is_rebuilt_with_the_days_and_the_refusals_of_its_commit()
    {
        await using var world = await CreateAsync(postgres);
        var older = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        await world.LandAsync(OneDay, Row(Day, "a", 9));
        await world.PublishAsync();
        string[] rows = [Row(Day, "a", 1), Row(Day.AddDays(1), "a", 2), Row(Day.AddDays(2), "a", 3).Replace("\"spend\":3", "\"spend\":{}", StringComparison.Ordinal)];
        await world.Slices.LandAsync(older, await world.WriteAsync(older, rows), null, stopping);
        await world.PublishAsync(lake: new Stuck(world.Lake));
        await foreach (var upload in world.Lake.PendingUploadsAsync("", stopping)) await world.Lake.AbortAsync(upload.Key, upload.UploadId, stopping);

        Assert.Equal(1, (await Sweep(world).RunAsync(stopping)).ObjectsRebuilt);
        Assert.Equal(["10-01|a|9", "10-02|a|2"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
    }

    private static (int Completed, int Removed, int Unknown) Figures(SweepReport report) =>
        (report.ObjectsCompleted, report.ObjectsRemoved, report.UnknownObjects);

    private static SweepLeftovers Sweep(SliceWorld world) => new(
        world.Source, world.Stores, new Alerts(world.Source, world.Clock), world.Clock, (lost, token) => world.Rebuild.RunAsync(lost, Ads, token));

    /// <summary>A lake in which nothing becomes visible: what a process leaves that is killed right after its commit.</summary>
    private sealed class Stuck(IObjectStore lake) : IObjectStore
    {
        public string Root => lake.Root;

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping) => lake.PutAsync(key, content, stopping);

        public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping) => lake.BeginUploadAsync(key, stopping);

        public Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping) => throw new TransientException("killed");

        public Task AbortAsync(string key, string uploadId, CancellationToken stopping) => lake.AbortAsync(key, uploadId, stopping);

        public IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, CancellationToken stopping) => lake.PendingUploadsAsync(keyPrefix, stopping);

        public IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, CancellationToken stopping) => lake.ListAsync(keyPrefix, startAfter, stopping);

        public Task<Stream> OpenReadAsync(string key, CancellationToken stopping) => lake.OpenReadAsync(key, stopping);

        public Task DeleteAsync(string key, CancellationToken stopping) => lake.DeleteAsync(key, stopping);
    }
}

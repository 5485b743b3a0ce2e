using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Transforms.Publishing;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class SweepTests(PostgresServer postgres) : IDisposable
{
    private const string Day = "orders/day=2026-11-20";

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipeline-sweep-{Guid.NewGuid():N}");
    private readonly Clock clock = new() { Now = DateTimeOffset.UtcNow };
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    private FolderStore Lake => new(Path.Combine(folder, "lake"));

    private FolderStore Segments => new(Path.Combine(folder, "segments"));

    public void Dispose()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Staged_objects_of_a_committed_publication_become_visible_even_when_two_sweeps_run()
    {
        await using var source = await postgres.LedgerAsync();
        await CommitAsync(source, await StageAsync($"{Day}/1-0.parquet"), await StageAsync($"{Day}/1-1.parquet"));
        var reports = await Task.WhenAll(Sweep(source).RunAsync(stopping), Sweep(source).RunAsync(stopping));
        Assert.InRange(reports.Sum(report => report.ObjectsCompleted), 2, 4);
        Assert.Equal(["visible|2"], await Given.LinesAsync(source, "SELECT state, (SELECT count(*) FROM pipeline.lake_object WHERE state = 'visible') FROM pipeline.publication"));
        Assert.Equal(new SweepReport(0, 0, 0), await Sweep(source).RunAsync(stopping));
    }

    [Fact]
    public async Task A_lost_upload_is_rebuilt_and_finished_by_the_next_sweep()
    {
        await using var source = await postgres.LedgerAsync();
        var lost = await StageAsync($"{Day}/1-0.parquet");
        await CommitAsync(source, lost);
        await Lake.AbortAsync(lost.Key, lost.UploadId, stopping);
        var ledger = new PublicationLedger(source, clock);

        var report = await Sweep(source, async (unfinished, token) =>
            await ledger.ReplaceUploadAsync(unfinished.ObjectId, await StageAsync(unfinished.Staged.Key), token)).RunAsync(stopping);
        Assert.Equal(new SweepReport(0, 1, 0), report);
        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).ObjectsCompleted);
    }

    [Fact]
    public async Task One_object_that_cannot_be_finished_does_not_hold_up_the_others()
    {
        await using var source = await postgres.LedgerAsync();
        var blocked = await StageAsync($"{Day}/1-0.parquet");
        await CommitAsync(source, blocked, await StageAsync($"{Day}/1-1.parquet"));
        await Lake.PutAsync(blocked.Key, "other"u8.ToArray(), stopping);
        var report = await Sweep(source).RunAsync(stopping);
        Assert.Equal((1, 1), (report.ObjectsCompleted, report.ObjectsWaiting));
        Assert.Equal([$"object_unfinished|{blocked.Key}"], await Given.LinesAsync(source, "SELECT code, subject FROM pipeline.alert"));
    }

    [Fact]
    public async Task Uploads_are_aborted_only_when_no_commit_can_refer_to_them()
    {
        await using var source = await postgres.LedgerAsync();
        var staged = await StageAsync($"{Day}/1-0.parquet");
        var loser = await StageAsync($"{Day}/1-0.parquet");
        await CommitAsync(source, staged);
        var open = await StageAsync($"{Day}/{(await Given.PlannedAsync(source, 1)).Id}-0.parquet");

        Assert.Equal(0, (await Sweep(source).RunAsync(stopping)).UploadsAborted);
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).UploadsAborted);
        Assert.Equal([open.UploadId], await PendingAsync());
        Assert.NotEqual(open.UploadId, loser.UploadId);
        clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).UploadsAborted);
        Assert.Empty(await PendingAsync());
    }

    [Fact]
    public async Task Orphan_segments_go_and_everything_that_is_or_can_be_landed_stays()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, clock);
        var landed = await Given.LandAsync(source, 10);
        var old = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        var current = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        var (orphan, inFlight) = (Given.Draft(old, 10, 20), Given.Draft(current, 10, 15));
        foreach (var draft in (SegmentDraft[])[landed, orphan, inFlight]) await Segments.PutAsync(draft.ObjectKey, new byte[1], stopping);
        await Segments.PutAsync("orders/orders-0-g1/notes.txt", new byte[1], stopping);

        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).OrphanSegmentsDeleted);
        Assert.Equal([landed.ObjectKey, inFlight.ObjectKey, "orders/orders-0-g1/notes.txt"],
            await Segments.ListAsync("", null, stopping).Select(found => found.Key).ToListAsync(stopping));

        clock.Now += TimeSpan.FromHours(2);
        Assert.Empty(await ledger.LandAsync([inFlight], stopping));
        await Sweep(source).RunAsync(stopping);
        Assert.Equal(["1|10"], await Given.LinesAsync(source, "SELECT swept_generation, swept_position FROM pipeline.source_cursor"));
    }

    [Fact]
    public async Task A_step_that_fails_does_not_keep_the_others_from_their_turn()
    {
        await using var source = await postgres.LedgerAsync();
        var orphan = Given.Draft((await new LandingLedger(source, clock).ClaimAsync("orders", ["orders-0"], stopping))[0], 0, 5);
        await Segments.PutAsync(orphan.ObjectKey, new byte[1], stopping);
        await new LandingLedger(source, clock).RaiseGenerationAsync("orders", null, stopping);

        var denied = new PublicationStores(Segments, new NoUploads(Lake), Lake);
        var sweep = new SweepLeftovers(source, denied, new Alerts(source, clock), clock, (_, _) => Task.CompletedTask);
        await Assert.ThrowsAsync<TerminalException>(() => sweep.RunAsync(stopping));
        Assert.Empty(await Segments.ListAsync("", null, stopping).ToListAsync(stopping));
    }

    [Fact]
    public async Task Orphans_of_an_earlier_generation_go_too()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, clock);
        var orphan = Given.Draft((await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0], 0, 5);
        await Segments.PutAsync(orphan.ObjectKey, new byte[1], stopping);
        await ledger.RaiseGenerationAsync("orders", null, stopping);
        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).OrphanSegmentsDeleted);
        Assert.Equal(["2|0"], await Given.LinesAsync(source, "SELECT swept_generation, swept_position FROM pipeline.source_cursor"));
    }

    [Fact]
    public async Task A_visible_object_that_the_ledger_does_not_know_raises_an_alert()
    {
        await using var source = await postgres.LedgerAsync();
        await CommitAsync(source, await StageAsync($"{Day}/name=a/1-0.parquet"));
        await Lake.PutAsync($"{Day}/name=b/stray.parquet", new byte[1], stopping);
        await Lake.PutAsync("orders/day=1999-01-01/untouched.parquet", new byte[1], stopping);
        Assert.Equal(1, (await Sweep(source).RunAsync(stopping)).UnknownObjects);
        Assert.Equal([$"object_unknown|{Day}/name=b/stray.parquet"], await Given.LinesAsync(source, "SELECT code, subject FROM pipeline.alert"));

        clock.Now += TimeSpan.FromHours(3);
        await Sweep(source).RunAsync(stopping);
        clock.Now += TimeSpan.FromHours(3);
        Assert.Equal(0, (await Sweep(source).RunAsync(stopping)).UnknownObjects);   // the day was not touched again
    }

    private SweepLeftovers Sweep(NpgsqlDataSource source, Func<UnfinishedObject, CancellationToken, Task>? rebuild = null) =>
        new(source, new PublicationStores(Segments, Lake, Lake), new Alerts(source, clock), clock, rebuild ?? ((_, _) => throw new InvalidOperationException("nothing is lost here")));

    private async Task<StagedObject> StageAsync(string key)
    {
        await using var upload = await Lake.BeginUploadAsync(key, stopping);
        await upload.WriteAsync("rows"u8.ToArray(), stopping);
        return await upload.FinishAsync(stopping);
    }

    private async Task CommitAsync(NpgsqlDataSource source, params StagedObject[] staged)
    {
        var plan = await Given.PlannedAsync(source, staged.Length);
        await using var session = (await new PublicationSessions(source, clock).BeginAsync(plan.Id, Given.Orders with { Table = null }, stopping))!;
        await session.CommitAsync(Given.Result(staged.Length, [.. staged.Select(upload =>
            new PublishedObject(upload, ObjectRole.Data, new DateOnly(2026, 11, 20), 1))]), stopping);
    }

    private ValueTask<List<string>> PendingAsync() => Lake.PendingUploadsAsync("", stopping).Select(upload => upload.UploadId).ToListAsync(stopping);

    /// <summary>A lake whose uploads may not be listed.</summary>
    private sealed class NoUploads(IObjectStore lake) : IObjectStore
    {
        public string Root => lake.Root;

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping) => lake.PutAsync(key, content, stopping);

        public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping) => lake.BeginUploadAsync(key, stopping);

        public Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping) => lake.CompleteAsync(staged, stopping);

        public Task AbortAsync(string key, string uploadId, CancellationToken stopping) => lake.AbortAsync(key, uploadId, stopping);

        public IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, CancellationToken stopping) =>
            throw new TerminalException("Denied.");

        public IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, CancellationToken stopping) =>
            lake.ListAsync(keyPrefix, startAfter, stopping);

        public Task<Stream> OpenReadAsync(string key, CancellationToken stopping) => lake.OpenReadAsync(key, stopping);

        public Task DeleteAsync(string key, CancellationToken stopping) => lake.DeleteAsync(key, stopping);
    }
}

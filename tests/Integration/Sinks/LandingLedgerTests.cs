using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class LandingLedgerTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Landing_moves_the_cursor_behind_the_segment()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        var claim = Assert.Single(await ledger.ClaimAsync("orders", ["orders-0"], stopping));
        Assert.Equal((null, 1L, false), (claim.NextPosition, claim.Epoch, claim.Stopped));

        Assert.Empty(await ledger.LandAsync([Given.Draft(claim, 5, 10), Given.Draft(claim, 10, 12)], stopping));

        var cursor = Assert.Single(await ledger.CursorsAsync("orders", stopping));
        Assert.Equal((12L, Given.Noon), (cursor.NextPosition, cursor.LandedAt));
        Assert.Equal(12, Assert.Single(await ledger.ClaimAsync("orders", ["orders-0"], stopping)).LastTimestampMs);
        Assert.Equal(["[5,10)|landed", "[10,12)|landed"], await Given.LinesAsync(source, "SELECT positions::text, state FROM pipeline.segment ORDER BY id"));
    }

    [Fact]
    public async Task A_zombie_that_lost_its_claim_leaves_no_trace()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        var zombie = (await ledger.ClaimAsync("orders", ["orders-0", "orders-1"], stopping)).ToDictionary(claim => claim.Shard.Stream);
        var heir = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];

        var lost = await ledger.LandAsync([Given.Draft(zombie["orders-0"], 0, 9), Given.Draft(zombie["orders-1"], 0, 4)], stopping);
        Assert.Equal([heir.Shard], lost);
        Assert.Empty(await ledger.LandAsync([Given.Draft(heir, 0, 5)], stopping));

        Assert.Equal(["orders-0-g1|[0,5)", "orders-1-g1|[0,4)"], await Given.LinesAsync(source, "SELECT shard, positions::text FROM pipeline.segment ORDER BY shard"));
    }

    [Fact]
    public async Task A_redelivered_or_gapped_batch_under_the_right_epoch_loses_too()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        await Given.LandAsync(source, 10);
        var claim = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        Assert.Equal([claim.Shard], await ledger.LandAsync([Given.Draft(claim, 5, 15)], stopping));
        Assert.Equal([claim.Shard], await ledger.LandAsync([Given.Draft(claim, 11, 15)], stopping));
        Assert.Empty(await ledger.LandAsync([Given.Draft(claim, 10, 15)], stopping));
    }

    [Fact]
    public async Task Of_many_racing_workers_every_position_lands_exactly_once()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async worker =>
        {
            var random = new Random(worker);
            while (true)
            {
                var claims = await ledger.ClaimAsync("orders", worker % 2 == 0 ? ["orders-0", "orders-1"] : ["orders-1", "orders-0"], stopping);
                var open = claims.Where(claim => (claim.NextPosition ?? 0) < 60).ToList();
                if (open.Count == 0) return;
                await ledger.LandAsync([.. open.Select(claim => Given.Draft(
                    claim, claim.NextPosition ?? 0, Math.Min(60, (claim.NextPosition ?? 0) + random.Next(1, 9))))], stopping);
            }
        }));
        Assert.Equal(["orders-0-g1|{[0,60)}|60", "orders-1-g1|{[0,60)}|60"], await Given.LinesAsync(
            source, "SELECT shard, range_agg(positions)::text, sum(upper(positions) - lower(positions)) FROM pipeline.segment GROUP BY shard ORDER BY shard"));
    }

    [Fact]
    public async Task Overlapping_positions_are_refused_by_the_table_itself()
    {
        await using var source = await postgres.LedgerAsync();
        await Given.LandAsync(source, 10);
        await Given.ExecuteAsync(source, "UPDATE pipeline.source_cursor SET next_position = 7");
        await Assert.ThrowsAsync<TerminalException>(() => Given.LandAsync(source, 10));
    }

    [Fact]
    public async Task A_void_range_is_recorded_with_an_alert()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        var claim = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        await ledger.LandAsync([Given.Draft(claim, 0, 9) with { ObjectKey = "", Records = 0 }, Given.Draft(claim, 9, 12)], stopping);
        Assert.Equal(["void", "landed"], await Given.LinesAsync(source, "SELECT state FROM pipeline.segment ORDER BY id"));
        Assert.Equal(["critical|positions_void|orders-0-g1:0-8"], await Given.LinesAsync(source, "SELECT severity, code, subject FROM pipeline.alert"));
        Assert.Equal(1, (await new PublicationLedger(source, new Clock()).BacklogAsync("orders", stopping)).Segments);
    }

    [Fact]
    public async Task A_stopped_shard_takes_nothing_until_its_generation_is_raised()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        await Given.LandAsync(source, 10);
        var claim = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        await ledger.StopAsync("orders", claim.Shard, "the topic was recreated.", stopping);
        await ledger.StopAsync("orders", claim.Shard, "the topic was recreated.", stopping);

        Assert.Equal([claim.Shard], await ledger.LandAsync([Given.Draft(claim, 10, 15)], stopping));
        var stopped = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        Assert.True(stopped.Stopped);
        Assert.Equal([claim.Shard], await ledger.LandAsync([Given.Draft(stopped, 10, 15)], stopping));
        Assert.Equal(["shard_stopped|1"], await Given.LinesAsync(source, "SELECT code, occurrences FROM pipeline.alert"));

        Assert.Equal([new Shard("orders-0", 2)], await ledger.RaiseGenerationAsync("orders", null, stopping));
        var raised = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        Assert.Equal((new Shard("orders-0", 2), null, false, null), (raised.Shard, raised.NextPosition, raised.Stopped, raised.LastTimestampMs));
        Assert.Empty(await ledger.LandAsync([Given.Draft(raised, 0, 5)], stopping));
    }

    [Fact]
    public async Task Raising_a_stream_the_ledger_does_not_know_says_so()
    {
        await using var source = await postgres.LedgerAsync();
        var error = await Assert.ThrowsAsync<TerminalException>(() => new LandingLedger(source, new Clock()).RaiseGenerationAsync("orders", "orders-9", stopping));
        Assert.Contains("no stream orders-9 of dataset orders", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_lost_at_commit_ends_as_what_really_happened(bool delivered)
    {
        var database = postgres.CreateDatabase();
        await using var direct = NpgsqlDataSource.Create(database);
        await LedgerMigrations.ApplyAsync(direct, new Clock(), stopping);
        var claim = (await new LandingLedger(direct, new Clock()).ClaimAsync("orders", ["orders-0"], stopping))[0];
        await using var proxy = new CommitCutter(postgres.Port);
        await using var source = NpgsqlDataSource.Create(proxy.Through(database));
        var ledger = new LandingLedger(source, new Clock());

        proxy.CutNextCommit(delivered);
        if (delivered) Assert.Empty(await ledger.LandAsync([Given.Draft(claim, 0, 5)], stopping));
        else await Assert.ThrowsAsync<TransientException>(() => ledger.LandAsync([Given.Draft(claim, 0, 5)], stopping));

        Assert.Equal(delivered ? 5 : null, Assert.Single(await new LandingLedger(direct, new Clock()).CursorsAsync("orders", stopping)).NextPosition);
    }

    [Fact]
    public async Task Drafts_with_a_hole_between_them_are_a_bug_of_the_caller()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        var claim = (await ledger.ClaimAsync("orders", ["orders-0"], stopping))[0];
        await Assert.ThrowsAsync<ArgumentException>(() => ledger.LandAsync([Given.Draft(claim, 0, 5), Given.Draft(claim, 6, 9)], stopping));
        await Assert.ThrowsAsync<ArgumentException>(() => ledger.LandAsync([Given.Draft(claim, 5, 5)], stopping));
    }
}

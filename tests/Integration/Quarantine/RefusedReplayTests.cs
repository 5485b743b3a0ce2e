using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Dedupe;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Publishing;
using static Pipeline.Tests.Integration.Quarantine.OrdersWorld;

namespace Pipeline.Tests.Integration.Quarantine;

/// <summary>What was refused is published after a fix; what was accepted before is not touched.</summary>
public sealed class RefusedReplayTests(PostgresServer postgres)
{
    private static readonly string[] Later = [Good("e", 1), Retyped("b", 7), Renamed("e", 0)];

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_fix_lake_and_table_are_those_of_a_fresh_load()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed, Later);
        await world.AssertBalancedAsync();
        var before = await world.LinesAsync("SELECT key, sha256 FROM pipeline.lake_object WHERE role = 'data' ORDER BY 1");

        var plan = await world.ReplayRefusedAsync(Second);
        Assert.Equal((2, 7L), (plan.Publications.Count, plan.Records));
        await world.AssertBalancedAsync();
        var summaries = await world.PublishAsync(Second);

        Assert.Equal([new(5, 4, 0, 1), new(2, 2, 0, 0)], summaries.Select(summary => summary.Counts));
        // The identifier that version 2 refuses was accepted before: it stays, and only it differs from a fresh load.
        await using var fresh = await LoadedAsync(postgres, Second, Mixed, Later);
        var (rows, expected) = (await world.RowsAsync(), await fresh.RowsAsync());
        Assert.Equal((expected.Lake + " long-id01S-11", expected.Table + " long-id01S-11@8"), rows);
        Assert.Equal(before, (await world.LinesAsync("SELECT key, sha256 FROM pipeline.lake_object WHERE role = 'data' ORDER BY 1"))
            .Where(before.Contains));
        Assert.Equal(["5|4|0|1", "1|1|0|0"], await world.LinesAsync(
            "SELECT rows_in, rows_out, rows_duplicate, rows_rejected FROM pipeline.publication WHERE id <= 2 ORDER BY id"));
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task What_was_refused_to_an_object_that_is_gone_is_given_up_after_a_few_attempts()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var replay = Assert.Single((await world.ReplayRefusedAsync(Second)).Publications);
        var kept = Assert.Single(await world.Stores.Quarantine.ListAsync("", null, stopping).ToListAsync(stopping));
        await world.Stores.Quarantine.DeleteAsync(kept.Key, stopping);

        for (var attempt = 1; attempt < 4; attempt++)
            await Assert.ThrowsAsync<TransientException>(() => world.TransformAsync(replay, Second));
        var lost = await Assert.ThrowsAsync<TerminalException>(() => world.TransformAsync(replay, Second));
        Assert.Contains("Restore the object, or replay the days of the publication as a whole.", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_cause_that_was_asked_for_is_replayed_and_what_is_refused_still_stays_refused()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        Assert.Equal(2, (await world.ReplayRefusedAsync(Second, "missing", "sku")).Records);
        Assert.Empty((await world.ReplayRefusedAsync(Second, "wrong_type")).Publications);   // one at a time
        await world.PublishAsync(Second);
        Assert.Equal(["1|missing|sku|2|replayed", "1|wrong_type|qty|2|open"], await world.LinesAsync(
            "SELECT publication_id, code, field, records, state FROM pipeline.rejection WHERE code IN ('missing', 'wrong_type') ORDER BY 2"));

        // The first version of the contract refuses what is left again, however often.
        foreach (var _ in (int[])[1, 2])
        {
            Assert.Equal(3, (await world.ReplayRefusedAsync(First)).Records);
            Assert.Equal(new PublicationCounts(3, 0, 0, 3), Assert.Single(await world.PublishAsync(First)).Counts);
            await world.AssertBalancedAsync();
        }
        Assert.Equal(3, (await world.Refusals.ReadAsync("orders", stopping)).OpenRecords);
        Assert.Equal(3, (await world.ReplayRefusedAsync(Second)).Records);
        Assert.Equal(new PublicationCounts(3, 2, 0, 1), Assert.Single(await world.PublishAsync(Second)).Counts);
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task Rows_that_the_table_refused_are_taken_when_its_rule_is_gone()
    {
        await using var world = await LoadedAsync(postgres, First, [Good("z", 0)]);
        await Given.ExecuteAsync(world.Source, "ALTER TABLE warehouse.orders ADD CONSTRAINT small CHECK (order_id < 'p') NOT VALID");
        await world.LandAsync(Good("a", 1), Good("q", 2), Good("r", 3));
        Assert.Equal(new PublicationCounts(3, 1, 0, 2), Assert.Single(await world.PublishAsync(First)).Counts);
        await Given.ExecuteAsync(world.Source, "ALTER TABLE warehouse.orders DROP CONSTRAINT small");
        Assert.Equal(2, (await world.ReplayRefusedAsync(First)).Records);
        Assert.Equal(new PublicationCounts(2, 2, 0, 0), Assert.Single(await world.PublishAsync(First)).Counts);
        Assert.Equal("a01S-11@1 q02S-11@2 r03S-11@3 z00S-11@0", (await world.RowsAsync()).Table);
        await world.AssertBalancedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_lost_at_commit_moves_the_records_once(bool delivered)
    {
        var database = postgres.CreateDatabase();
        await using var world = Over(database);
        await LedgerMigrations.ApplyAsync(world.Source, world.Clock, stopping);
        await world.LandAsync(Mixed);
        await world.PublishAsync(First);
        await world.ReplayRefusedAsync(Second);
        await using var proxy = new CommitCutter(postgres.Port);
        await using (world.Through = Npgsql.NpgsqlDataSource.Create(proxy.Through(database)))
        {
            world.BeforeCommit = () =>
            {
                proxy.CutNextCommit(delivered);
                return Task.CompletedTask;
            };
            if (delivered) Assert.Equal(PublicationEnd.Committed, Assert.Single(await world.PublishAsync(Second)).End);
            else await Assert.ThrowsAsync<TransientException>(() => world.PublishAsync(Second));
            await world.AssertBalancedAsync();
        }
        world.Through = null;
        await world.PublishAsync(Second);
        await using var undisturbed = await LoadedAsync(postgres, First, Mixed);
        await undisturbed.ReplayRefusedAsync(Second);
        await undisturbed.PublishAsync(Second);
        Assert.Equal(await undisturbed.RowsAsync(), await world.RowsAsync());
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task An_object_that_was_lost_is_made_again_while_what_was_refused_is_kept_for_it()
    {
        await using var world = await LoadedAsync(postgres, First, [Good("a", 1), Renamed("b", 2), Retyped("c", 3)]);
        await world.ReplayRefusedAsync(Second);
        await world.PublishAsync(Second, new LossyLake(world.Lake));
        Assert.Equal("a01S-11", (await world.RowsAsync()).Lake);
        var sweep = await world.SweepAsync(Second);
        Assert.Equal(1, sweep.ObjectsRebuilt);
        Assert.Equal("a01S-11 b02S-22 c03S-33", (await world.RowsAsync()).Lake);
        await world.SweepAsync(Second);
        Assert.Equal(["quarantine|superseded|True"], await world.LinesAsync(
            "SELECT role, state, removed_at IS NOT NULL FROM pipeline.lake_object WHERE role = 'quarantine'"));
        Assert.Empty(await world.Stores.Quarantine.ListAsync("", null, stopping).ToListAsync(stopping));
    }

    [Fact]
    public async Task Refusals_that_are_discarded_meanwhile_are_not_published()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var plan = await world.ReplayRefusedAsync(Second, "missing");
        world.BeforeCommit = () => world.Refusals.DiscardAsync("orders", "missing", null, "tester", "a test", stopping);
        Assert.Equal(PublicationEnd.Fenced, Assert.Single(await world.PublishAsync(Second)).End);
        Assert.Equal(PublicationEnd.AlreadyCommitted, Assert.Single(await world.PublishAsync(Second)).End);
        Assert.Equal([$"{plan.Publications[0]}|superseded|0|0"], await world.LinesAsync(
            "SELECT id, state, rows_in, rows_out FROM pipeline.publication WHERE replays IS NOT NULL"));
        await world.AssertBalancedAsync();
    }
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Dedupe;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Publishing;
using static Pipeline.Tests.Integration.Quarantine.OrdersWorld;

namespace Pipeline.Tests.Integration.Quarantine;

/// <summary>Publications are published again as a whole, under another version of their contract.</summary>
public sealed class WholeReplayTests(PostgresServer postgres)
{
    private static readonly string[] Later = [Good("e", 1), Retyped("b", 7), Renamed("e", 0)];

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_old_rows_go_and_lake_and_table_are_those_of_a_fresh_load()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed, Later);
        // What was replayed from its refusals goes with a publication.
        await world.ReplayRefusedAsync(Second, "missing");
        await world.PublishAsync(Second);

        Assert.Equal(2, (await world.ReplayAllAsync(Second)).Publications.Count);
        Assert.Empty((await world.ReplayAllAsync(Second)).Publications);
        await world.AssertBalancedAsync();
        Assert.Equal([new(10, 7, 0, 3), new(3, 3, 0, 0)], (await world.PublishAsync(Second)).Select(summary => summary.Counts));

        await using var fresh = await LoadedAsync(postgres, Second, Mixed, Later);
        Assert.Equal(await fresh.RowsAsync(), await world.RowsAsync());
        Assert.Equal(["1|superseded", "2|superseded", "3|superseded", "4|superseded", "5|visible", "6|visible"], await world.LinesAsync(
            "SELECT id, state FROM pipeline.publication ORDER BY id"));
        Assert.Equal(["too_long|id|2", "truncated||1"], (await world.Refusals.ReadAsync("orders", stopping)).Groups
            .Select(group => $"{group.Code}|{group.Field}|{group.Records}").Order(StringComparer.Ordinal));
        await world.AssertBalancedAsync();
        await world.SweepAsync(Second);
        Assert.Equal(["orders/5.ndjson"], await world.Stores.Quarantine.ListAsync("", null, stopping).Select(each => each.Key).ToListAsync(stopping));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_lost_at_commit_supersedes_once(bool delivered)
    {
        var database = postgres.CreateDatabase();
        await using var world = Over(database);
        await LedgerMigrations.ApplyAsync(world.Source, world.Clock, stopping);
        await world.LandAsync(Mixed);
        await world.PublishAsync(First);
        await world.ReplayAllAsync(Second);
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
        await using var fresh = await LoadedAsync(postgres, Second, Mixed);
        Assert.Equal(await fresh.RowsAsync(), await world.RowsAsync());
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task The_old_rows_stay_visible_until_the_new_ones_are_and_a_lost_object_is_made_again()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var before = (await world.RowsAsync()).Lake;
        await world.ReplayAllAsync(Second);
        await world.PublishAsync(Second, new LossyLake(world.Lake));
        Assert.Equal(before, (await world.RowsAsync()).Lake);
        Assert.Equal(1, (await world.SweepAsync(Second)).ObjectsRebuilt);
        await using var fresh = await LoadedAsync(postgres, Second, Mixed);
        Assert.Equal(await fresh.RowsAsync(), await world.RowsAsync());
    }

    [Fact]
    public async Task Of_two_replays_at_once_one_wins_and_the_other_ends_without_effect()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var refused = await world.ReplayRefusedAsync(Second);
        var whole = await world.ReplayAllAsync(Second);
        world.BeforeCommit = async () => await world.TransformAsync(whole.Publications[0], Second);
        Assert.Equal(PublicationEnd.Fenced, (await world.TransformAsync(refused.Publications[0], Second)).End);
        await world.AssertBalancedAsync();
        Assert.Equal(PublicationEnd.AlreadyCommitted, (await world.TransformAsync(refused.Publications[0], Second)).End);
        Assert.Equal(["1|superseded", "2|superseded", "3|visible"], await world.LinesAsync("SELECT id, state FROM pipeline.publication ORDER BY 1"));

        await using var fresh = await LoadedAsync(postgres, Second, Mixed);
        Assert.Equal(await fresh.RowsAsync(), await world.RowsAsync());
        await world.SweepAsync(Second);
        Assert.Empty(await world.Lake.PendingUploadsAsync("", stopping).ToListAsync(stopping));
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task And_the_other_way_round_the_whole_one_takes_what_the_first_has_published()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        var refused = await world.ReplayRefusedAsync(Second);
        var whole = await world.ReplayAllAsync(Second);
        world.BeforeCommit = async () => await world.TransformAsync(refused.Publications[0], Second);
        Assert.Equal(PublicationEnd.Committed, (await world.TransformAsync(whole.Publications[0], Second)).End);
        await using var fresh = await LoadedAsync(postgres, Second, Mixed);
        Assert.Equal(await fresh.RowsAsync(), await world.RowsAsync());
        await world.AssertBalancedAsync();
    }

    [Fact]
    public async Task New_records_are_planned_before_replays()
    {
        await using var world = await LoadedAsync(postgres, First, Mixed);
        await world.ReplayAllAsync(Second);
        await world.LandAsync(Later);
        Assert.Equal([3L], (await world.Ledger.PlanAsync("orders", 2, long.MaxValue, 1, stopping)).Select(plan => plan.Id));
        Assert.Equal([3L, 2], (await world.Ledger.PlanAsync("orders", 2, long.MaxValue, 2, stopping)).Select(plan => plan.Id));
    }

    [Fact]
    public async Task Rows_that_are_published_once_keep_their_keys()
    {
        await using var world = await DedupeWorld.CreateAsync(postgres);
        await world.PublishAsync(DedupeWorld.View("u1", 0, "n1"), DedupeWorld.View("u1", 1, "n2"), ByOtherName(DedupeWorld.View("u2", 0, "n3")));
        await world.PublishAsync(DedupeWorld.View("u1", 2, "n4"), DedupeWorld.View("u3", 0, "n5"), ByOtherName(DedupeWorld.View("u3", 1, "n6")));
        Assert.Equal("n1 n5", world.Notes());
        var fixedUp = DedupeWorld.Views with
        {
            Version = 2,
            Columns = [.. DedupeWorld.Views.Columns.Select(column => column.Name == "user_id" ? column with { From = ["user", "usr"] } : column)],
        };
        var planner = new ReplayPlanner(world.Source, world.Clock);

        var refused = await planner.RefusedAsync(fixedUp, "missing", null, stopping);
        Assert.Equal([new(1, 1, 0, 0), new(1, 0, 1, 0)], [
            (await world.TransformAsync(refused.Publications[0], contract: fixedUp)).Counts,
            (await world.TransformAsync(refused.Publications[1], contract: fixedUp)).Counts]);
        Assert.Equal("n1 n3 n5", world.Notes());

        var day = DateOnly.FromDateTime(Given.Noon.UtcDateTime);
        var whole = await planner.WholeAsync(fixedUp, day, day, stopping);
        Assert.Equal([new PublicationCounts(3, 1, 2, 0), new(3, 2, 1, 0)], [
            (await world.TransformAsync(whole.Publications[1], contract: fixedUp)).Counts,
            (await world.TransformAsync(whole.Publications[0], contract: fixedUp)).Counts]);
        Assert.Equal("n1 n3 n5", world.Notes());
        Assert.Equal(["6"], await world.LinesAsync("SELECT sum(rows_in) FROM pipeline.publication WHERE state = 'visible'"));
    }

    [Fact]
    public async Task A_duplicate_is_published_when_the_row_that_had_its_key_is_refused_now()
    {
        await using var world = await DedupeWorld.CreateAsync(postgres);
        await world.PublishAsync(DedupeWorld.View("test", 0, "n1", id: "x"), DedupeWorld.View("u1", 0, "n2", id: "x"), DedupeWorld.View("test", 0, "n3", id: "y"));
        await world.PublishAsync(DedupeWorld.View("u1", 1, "n4", id: "x"), DedupeWorld.View("u2", 1, "n5", id: "y"));
        Assert.Equal("n1 n3", world.Notes());
        var strict = DedupeWorld.Views with { Version = 2, Filters = [new("test_traffic", "user_id", FilterTest.StartsWith, ["test"])] };
        var planner = new ReplayPlanner(world.Source, world.Clock);
        var day = DateOnly.FromDateTime(Given.Noon.UtcDateTime);
        var whole = await planner.WholeAsync(strict, day, day, stopping);

        Assert.Equal(new PublicationCounts(3, 1, 0, 2), (await world.TransformAsync(whole.Publications[0], contract: strict)).Counts);
        await world.SweepAsync();
        Assert.Equal("n2", world.Notes());
        Assert.Equal(new PublicationCounts(2, 1, 1, 0), (await world.TransformAsync(whole.Publications[1], contract: strict)).Counts);
        await world.SweepAsync();
        Assert.Equal("n2 n5", world.Notes());
        Assert.Equal(new PublicationCounts(1, 0, 1, 0), await world.PublishAsync(DedupeWorld.View("u3", 2, "n6", id: "y")));
        Assert.Equal(["2"], await world.LinesAsync("SELECT count(*) FROM pipeline.dedupe_key"));
    }

    [Fact]
    public async Task A_replay_that_could_publish_a_row_twice_is_refused()
    {
        await using var world = await DedupeWorld.CreateAsync(postgres);
        world.Clock.Now = Given.Noon.AddDays(30);
        await world.PublishAsync(DedupeWorld.View("u1", 0, "n1"));
        await world.PublishAsync(DedupeWorld.View("u2", 24 * 6, "n2"));
        await world.SweepAsync();
        var planner = new ReplayPlanner(world.Source, world.Clock);
        var day = DateOnly.FromDateTime(Given.Noon.UtcDateTime);
        var refused = await Assert.ThrowsAsync<TerminalException>(() => planner.WholeAsync(DedupeWorld.Views, day, day.AddDays(6), stopping));
        Assert.Contains("the first of them 1, have rows from before 2026-11-24", refused.Message, StringComparison.Ordinal);
        Assert.Single((await planner.WholeAsync(DedupeWorld.Views, day.AddDays(6), day.AddDays(6), stopping)).Publications);
    }

    private static string ByOtherName(string view) => view.Replace("user", "usr", StringComparison.Ordinal);
}

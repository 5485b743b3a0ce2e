using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class PublicationLedgerTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Planning_chunks_oldest_first_by_bytes_and_returns_open_ones_first()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        foreach (var records in (int[])[4, 4, 30, 1, 5]) await Given.LandAsync(source, records);   // 100 bytes each

        var first = await ledger.PlanAsync("orders", 1, maxRawBytes: 1000, maxPublications: 2, stopping);
        Assert.Equal([800L, 3000L], first.Select(plan => plan.RawBytes));
        Assert.Equal(first, await ledger.PlanAsync("orders", 1, 1000, 2, stopping));
        Assert.Equal(3, (await ledger.PlanAsync("orders", 1, 1000, 9, stopping)).Count);
        Assert.Empty(await ledger.PlanAsync("clicks", 1, 1000, 9, stopping));
        Assert.Equal(["1|1", "1|2", "2|3", "3|4", "3|5"], await Given.LinesAsync(source, "SELECT * FROM pipeline.publication_segment ORDER BY 2"));
    }

    [Fact]
    public async Task Concurrent_planners_pin_every_segment_once()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        for (var i = 0; i < 40; i++) await Given.LandAsync(source, 3);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ledger.PlanAsync("orders", 1, 900, 100, stopping)));
        await ledger.PlanAsync("orders", 1, 900, 100, stopping);
        Assert.Equal(["40|40|12000"], await Given.LinesAsync(source,
            "SELECT count(*), count(DISTINCT segment_id), (SELECT sum(raw_bytes) FROM pipeline.publication) FROM pipeline.publication_segment"));
        Assert.Equal(["planned|40"], await Given.LinesAsync(source, "SELECT state, count(*) FROM pipeline.segment GROUP BY 1"));
    }

    [Fact]
    public async Task The_backlog_counts_what_is_landed_or_planned_and_leaves_out_what_was_given_up()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        Assert.Equal(new Backlog(0, 0, 0, null, 0), await ledger.BacklogAsync("orders", stopping));
        var plan = await Given.PlannedAsync(source, 10);
        await Given.LandAsync(source, 5);
        Assert.Equal(new Backlog(2, 15, 1500, Given.Noon, 1), await ledger.BacklogAsync("orders", stopping));

        await ledger.FailAsync(plan.Id, "the contract is wrong.", stopping);
        Assert.Equal(new Backlog(1, 5, 500, Given.Noon, 0), await ledger.BacklogAsync("orders", stopping));
        Assert.Equal(["publication_failed|publication 1"], await Given.LinesAsync(source, "SELECT code, subject FROM pipeline.alert"));
        await Assert.ThrowsAsync<TerminalException>(() => new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, Given.Orders, stopping));

        Assert.True(await ledger.PlanAgainAsync(plan.Id, stopping));
        Assert.Equal(plan.Id, (await ledger.PlanAsync("orders", 1, 1000, 1, stopping))[0].Id);
    }

    [Fact]
    public async Task What_waits_after_a_run_of_attempts_comes_behind_what_is_new_and_each_has_its_turn()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        await Given.LandAsync(source, 10);
        await Given.LandAsync(source, 10);
        Assert.Equal(2, (await ledger.PlanAsync("orders", 1, 1000, 2, stopping)).Count);
        await Given.ExecuteAsync(source, "UPDATE pipeline.publication SET attempt = 12 - id");
        await Given.LandAsync(source, 5);

        Assert.Equal([(3L, false), (2, true)], (await ledger.PlanAsync("orders", 1, 1000, 1, stopping)).Select(plan => (plan.Id, plan.Waits)));
        Assert.Equal([(3L, false), (2, true)], (await ledger.PlanAsync("orders", 1, 1000, 2, stopping)).Select(plan => (plan.Id, plan.Waits)));
        await Given.ExecuteAsync(source, "UPDATE pipeline.publication SET attempt = 12 WHERE id = 2");
        Assert.Equal([3L, 1, 2], (await ledger.PlanAsync("orders", 1, 1000, 3, stopping)).Select(plan => plan.Id));
    }

    [Fact]
    public async Task A_publication_is_visible_when_the_last_of_its_objects_is()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        await CommitAsync(source, Given.Result(3, Given.Object("orders/1-0.parquet", 1), Given.Object("orders/1-1.parquet", 2)));

        var unfinished = await ledger.UnfinishedAsync(1, 10, stopping);
        Assert.Equal(["orders/1-0.parquet", "orders/1-1.parquet"], unfinished.Select(found => found.Staged.Key));
        Assert.Equal(["tag1", "tag2"], unfinished[0].Staged.PartTags);
        Assert.Equal(2, (await ledger.UnfinishedAsync(null, 10, stopping)).Count);

        await Task.WhenAll(unfinished.Select(found => ledger.MarkVisibleAsync([found.ObjectId], stopping)));
        Assert.Equal(["visible"], await Given.LinesAsync(source, "SELECT state FROM pipeline.publication"));
        Assert.Empty(await ledger.UnfinishedAsync(null, 10, stopping));
    }

    [Fact]
    public async Task A_rebuilt_upload_takes_the_place_of_the_lost_one()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        await CommitAsync(source, Given.Result(3, Given.Object("orders/1-0.parquet", 3)));
        var lost = Assert.Single(await ledger.UnfinishedAsync(null, 10, stopping));
        var rebuilt = lost.Staged with { UploadId = "second", PartTags = [] };

        await ledger.ReplaceUploadAsync(lost.ObjectId, rebuilt, stopping);

        var found = Assert.Single(await ledger.UnfinishedAsync(null, 10, stopping)).Staged;
        Assert.Equal(("second", 0), (found.UploadId, found.PartTags.Count));
        await Assert.ThrowsAsync<ArgumentException>(() => ledger.ReplaceUploadAsync(lost.ObjectId, rebuilt with { Key = "orders/other" }, stopping));
    }

    [Fact]
    public async Task An_alert_seen_again_is_counted_until_it_is_resolved()
    {
        await using var source = await postgres.LedgerAsync();
        var alerts = new Alerts(source, new Clock());
        var alert = Given.Alert("late", "orders-0-g1", AlertSeverity.Warning);
        await alerts.RaiseAsync(alert, stopping);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => alerts.RaiseAsync(alert with { Text = "Again." }, stopping)));
        Assert.Equal(["warning|6|Again."], await Given.LinesAsync(source, "SELECT severity, occurrences, text FROM pipeline.alert"));
        await Given.ExecuteAsync(source, "UPDATE pipeline.alert SET resolved_at = now()");
        await alerts.RaiseAsync(alert, stopping);
        Assert.Equal(["6", "1"], await Given.LinesAsync(source, "SELECT occurrences FROM pipeline.alert ORDER BY id"));
    }

    [Fact]
    public async Task A_server_that_is_away_is_worth_trying_again()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create($"Host=127.0.0.1;Port={Ports.Free()};Username=postgres;Database=x");
        await Assert.ThrowsAsync<TransientException>(() => new PublicationLedger(source, new Clock()).BacklogAsync("orders", stopping));
    }

    private async Task CommitAsync(Npgsql.NpgsqlDataSource source, PublicationResult result)
    {
        var plan = await Given.PlannedAsync(source, (int)result.Counts.In);
        await using var session = (await new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, Given.Orders with { Table = null }, stopping))!;
        Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(result, stopping));
    }
}

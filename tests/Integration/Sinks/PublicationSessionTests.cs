using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Ports;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class PublicationSessionTests(PostgresServer postgres)
{
    private static readonly Order First = new("a", 100, "sku-1", 12_3400, Position: 0);

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_decides_rows_objects_rejections_and_counts_together()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 3);
        await using var session = await BeginAsync(source, plan.Id);
        Assert.Equal((1, 3), (session.Attempt.Number, Assert.Single(session.Attempt.Segments).Records));
        await session.StageAsync(Given.Batch([First, First with { Id = "b", Sku = null, Position = 1 }]), stopping);

        var result = new PublicationResult(
            new(3, 2, 0, 1),
            [Given.Object("orders/1-0.parquet", 2), Given.Object("quarantine/orders/1-1.zst", 1) with { Role = ObjectRole.Quarantine, DatePartition = null }],
            [new(RejectionCode.BadUtf8, "sku", 1, session.Attempt.Segments[0].Shard, 2)], new Dictionary<string, long> { ["extra.field"] = 2 }, Given.Noon, Given.Noon);
        Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(result, stopping));

        Assert.Equal(["a|sku-1|12.3400|orders-0-g1|0|1", "b|null|12.3400|orders-0-g1|1|1"], await RowsAsync(source));
        Assert.Equal(["published"], await Given.LinesAsync(source, "SELECT state FROM pipeline.segment"));
        Assert.Equal(["committed|3|2|0|1|{\"extra.field\": 2}"], await Given.LinesAsync(
            source, "SELECT state, rows_in, rows_out, rows_duplicate, rows_rejected, unknown_fields::text FROM pipeline.publication"));
        Assert.Equal(["bad_utf8|sku|1|orders-0-g1|2"], await Given.LinesAsync(
            source, "SELECT code, field, records, first_shard, first_position FROM pipeline.rejection"));
        Assert.Equal(["data|staged|11/20/2026", "quarantine|staged|null"], await Given.LinesAsync(
            source, "SELECT role, state, to_char(date_partition, 'MM/DD/YYYY') FROM pipeline.lake_object ORDER BY id"));
        Assert.Null(await new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, Given.Orders, stopping));
        Assert.Equal(1, (await new PublicationSessions(source, new Clock()).CommittedAsync(plan.Id, stopping)).Number);
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_nothing_and_the_next_attempt_succeeds()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 1);
        await using (var crashed = await BeginAsync(source, plan.Id)) await crashed.StageAsync(Given.Batch([First with { Sku = "lost" }]), stopping);
        await using (var idle = await BeginAsync(source, plan.Id)) Assert.Equal(2, idle.Attempt.Number);

        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch([First]), stopping);
        Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(Given.Result(1), stopping));
        Assert.Equal(["a|sku-1|12.3400|orders-0-g1|0|1"], await RowsAsync(source));
        Assert.Equal(["1"], await Given.LinesAsync(source, "SELECT count(*) FROM pipeline.lake_object"));
    }

    [Fact]
    public async Task An_earlier_attempt_is_fenced_by_a_later_one()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 1);
        await using var zombie = await BeginAsync(source, plan.Id);
        await zombie.StageAsync(Given.Batch([First with { Sku = "zombie" }]), stopping);
        await using var session = await BeginAsync(source, plan.Id);

        Assert.Equal(CommitOutcome.Fenced, await zombie.CommitAsync(Given.Result(1), stopping));
        await session.StageAsync(Given.Batch([First]), stopping);
        Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(Given.Result(1), stopping));
        Assert.Equal(["a|sku-1|12.3400|orders-0-g1|0|1"], await RowsAsync(source));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_lost_at_commit_ends_as_what_really_happened(bool delivered)
    {
        var database = postgres.CreateDatabase();
        await using var direct = NpgsqlDataSource.Create(database);
        await LedgerMigrations.ApplyAsync(direct, new Clock(), stopping);
        var plan = await Given.PlannedAsync(direct, 1);
        await using var proxy = new CommitCutter(postgres.Port);
        await using var source = NpgsqlDataSource.Create(proxy.Through(database));
        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch([First]), stopping);

        proxy.CutNextCommit(delivered);
        if (delivered) Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(Given.Result(1), stopping));
        else await Assert.ThrowsAsync<TransientException>(() => session.CommitAsync(Given.Result(1), stopping));

        Assert.Equal(delivered ? ["committed|1"] : ["planned|0"], await Given.LinesAsync(
            direct, "SELECT state, (SELECT count(*) FROM warehouse.orders) FROM pipeline.publication"));
    }

    [Fact]
    public async Task A_backend_that_is_terminated_while_it_merges_leaves_nothing()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 1);
        await using (var prepare = await BeginAsync(source, plan.Id)) Assert.NotNull(prepare);
        await using var blocker = await source.OpenConnectionAsync(stopping);
        await using var held = await blocker.BeginTransactionAsync(stopping);
        await blocker.Command("LOCK TABLE warehouse.orders IN EXCLUSIVE MODE").ExecuteAsync(stopping);

        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch([First]), stopping);
        var commit = session.CommitAsync(Given.Result(1), stopping);
        while ((await blocker.Command("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'warehouse.orders'::regclass")
            .ListAsync(row => row.GetBoolean(0), stopping)).Count == 0) await Task.Yield();

        await Assert.ThrowsAsync<TransientException>(() => commit);
        await held.RollbackAsync(stopping);
        Assert.Equal(["planned|pinned|0"], await Given.LinesAsync(source,
            "SELECT publication.state, CASE segment.state WHEN 'planned' THEN 'pinned' END, (SELECT count(*) FROM warehouse.orders) FROM pipeline.publication, pipeline.segment"));
    }

    [Fact]
    public void What_postgres_says_of_a_row_is_not_kept_with_the_error_either()
    {
        var refused = PostgresErrors.Classify(new PostgresException("no anna@example.com", "ERROR", "ERROR", "P0001"), "the commit");
        Assert.DoesNotContain("anna", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_may_take_longer_than_other_statements()
    {
        await using var source = NpgsqlDataSource.Create($"{postgres.CreateDatabase()};Command Timeout=2");
        await LedgerMigrations.ApplyAsync(source, new Clock(), stopping);
        var plan = await Given.PlannedAsync(source, 1);
        await using (var prepare = await BeginAsync(source, plan.Id)) Assert.NotNull(prepare);
        await using var blocker = await source.OpenConnectionAsync(stopping);
        await using var held = await blocker.BeginTransactionAsync(stopping);
        await blocker.Command("LOCK TABLE warehouse.orders IN EXCLUSIVE MODE").ExecuteAsync(stopping);

        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch([First]), stopping);
        var commit = session.CommitAsync(Given.Result(1), stopping);
        await Task.WhenAny(commit, Task.Delay(TimeSpan.FromSeconds(5), stopping));
        Assert.False(commit.IsCompleted);
        await held.RollbackAsync(stopping);
        Assert.Equal(CommitOutcome.Committed, await commit);
    }

    [Fact]
    public async Task Counts_that_lose_a_record_are_never_committed()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 3);
        await using var session = await BeginAsync(source, plan.Id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.CommitAsync(Given.Result(2), stopping));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.CommitAsync(Given.Result(3) with { Counts = new(3, 2, 0, 0) }, stopping));
        await Assert.ThrowsAsync<PostgresException>(() => Given.ExecuteAsync(
            source, "UPDATE pipeline.publication SET state = 'committed', rows_in = 3, rows_out = 2, rows_duplicate = 0, rows_rejected = 0"));
    }

    [Fact]
    public async Task Rows_that_the_table_refuses_are_named_and_nothing_is_committed()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 500);
        await using (var prepare = await BeginAsync(source, plan.Id)) Assert.NotNull(prepare);
        await Given.ExecuteAsync(source, "ALTER TABLE warehouse.orders ADD CONSTRAINT amount_small CHECK (amount < 1000)");
        var orders = Enumerable.Range(0, 500).Select(i => First with { Id = $"k{i:D3}", Position = i, Amount = i is 7 or 250 or 499 ? 10_000_0000 : 1 });

        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch(orders), stopping);
        var refused = await Assert.ThrowsAsync<RowsRefusedException>(() => session.CommitAsync(Given.Result(500), stopping));

        Assert.Equal([7L, 250, 499], refused.Rows.Select(row => row.Position));
        Assert.Equal(("orders-0-g1", "SQLSTATE 23514 constraint amount_small"), (refused.Rows[0].Shard, refused.Rows[0].Reason));
        Assert.Equal(["planned|0"], await Given.LinesAsync(source, "SELECT state, (SELECT count(*) FROM warehouse.orders) FROM pipeline.publication"));
    }

    [Fact]
    public async Task A_deferred_rule_a_trigger_and_a_key_too_long_for_the_index_name_their_rows_too()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 4);
        await using (var prepare = await BeginAsync(source, plan.Id)) Assert.NotNull(prepare);
        await Given.ExecuteAsync(source,
            """
            ALTER TABLE warehouse.orders ADD UNIQUE ("SKU") DEFERRABLE INITIALLY DEFERRED;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.amount = 0 THEN RAISE EXCEPTION ''no %'', NEW.order_id; END IF; RETURN NEW; END';
            CREATE TRIGGER refuse BEFORE INSERT ON warehouse.orders FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        var random = new Random(1);
        var incompressible = string.Concat(Enumerable.Range(0, 9000).Select(_ => (char)random.Next('!', '~')));

        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch([
            First, First with { Id = "b", Position = 1 }, First with { Id = "c", Sku = "x", Amount = 0, Position = 2 },
            First with { Id = "d" + incompressible, Sku = "y", Position = 3 }]), stopping);
        var refused = await Assert.ThrowsAsync<RowsRefusedException>(() => session.CommitAsync(Given.Result(4), stopping));
        Assert.Equal([1L, 2, 3], refused.Rows.Select(row => row.Position));
        Assert.Equal(["23505", "P0001", "54000"], refused.Rows.Select(row => row.Reason.Split(' ')[1]));
        Assert.DoesNotContain(refused.Rows, row => row.Reason.Contains("no c", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_that_refuses_nearly_everything_is_for_a_person()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 1100);
        await using (var prepare = await BeginAsync(source, plan.Id)) Assert.NotNull(prepare);
        await Given.ExecuteAsync(source, "ALTER TABLE warehouse.orders ADD CONSTRAINT never CHECK (false)");
        await using var session = await BeginAsync(source, plan.Id);
        await session.StageAsync(Given.Batch(Enumerable.Range(0, 1100).Select(i => First with { Id = $"{i}", Position = i })), stopping);
        var error = await Assert.ThrowsAsync<TerminalException>(() => session.CommitAsync(Given.Result(1100), stopping));
        Assert.Contains("refuses more than 1000 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publication_without_rows_is_visible_at_once()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 1);
        await Given.ExecuteAsync(source, "UPDATE pipeline.segment SET records = 0");
        await using var session = await BeginAsync(source, plan.Id);
        Assert.Equal(CommitOutcome.Committed, await session.CommitAsync(Given.Result(0), stopping));
        Assert.Equal(["visible"], await Given.LinesAsync(source, "SELECT state FROM pipeline.publication"));
    }

    [Fact]
    public async Task A_publication_the_ledger_does_not_know_is_refused()
    {
        await using var source = await postgres.LedgerAsync();
        await Assert.ThrowsAsync<TerminalException>(() => new PublicationSessions(source, new Clock()).BeginAsync(99, Given.Orders, stopping));
        await Assert.ThrowsAsync<TerminalException>(() => new PublicationSessions(source, new Clock()).CommittedAsync(99, stopping));
    }

    private static async Task<IPublicationSession> BeginAsync(NpgsqlDataSource source, long publication) =>
        (await new PublicationSessions(source, new Clock()).BeginAsync(publication, Given.Orders, TestContext.Current.CancellationToken))!;

    private static Task<List<string>> RowsAsync(NpgsqlDataSource source) =>
        Given.LinesAsync(source, "SELECT order_id, \"SKU\", amount, _shard, _position, _publication FROM warehouse.orders ORDER BY 1");
}

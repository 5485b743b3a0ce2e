using Npgsql;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Slices;

public sealed class SourceBudgetTests(PostgresServer postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private readonly Clock clock = new();
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public async Task Backfills_get_at_most_half_of_an_accounts_permits_and_one_at_least(int atOnce, int backfills)
    {
        await using var source = await postgres.LedgerAsync();
        Assert.Equal(backfills, (await EnterAllAsync(source, WorkClass.Backfill, atOnce)).Count);
        Assert.Equal(atOnce - backfills, (await EnterAllAsync(source, WorkClass.Daily, atOnce)).Count);
        Assert.NotNull((await Budget(source).TryEnterAsync("facebook", "act_2", WorkClass.Daily, atOnce, Lease, stopping)).Id);
    }

    [Fact]
    public async Task Daily_work_may_have_every_permit()
    {
        await using var source = await postgres.LedgerAsync();
        Assert.Equal(4, (await EnterAllAsync(source, WorkClass.Daily, 4)).Count);
        var refused = await Budget(source).TryEnterAsync("facebook", "act_1", WorkClass.Backfill, 4, Lease, stopping);
        Assert.Equal((null, "All 2 calls at once that Backfill work of facebook act_1 may have are under way."), (refused.Id, refused.Reason));
        Assert.True(refused.NotBefore > clock.Now);
    }

    [Fact]
    public async Task Many_askers_at_once_never_get_more_than_there_are()
    {
        await using var source = await postgres.LedgerAsync();
        var permits = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Budget(source).TryEnterAsync(
            "facebook", "act_1", i % 2 == 0 ? WorkClass.Daily : WorkClass.Backfill, 6, Lease, stopping)));
        var granted = permits.Select(permit => permit.Id).OfType<long>().ToList();
        Assert.InRange(granted.Count, 1, 6);
        Assert.Equal(granted.Count, granted.Distinct().Count());
        Assert.Equal(6 - granted.Count, (await EnterAllAsync(source, WorkClass.Daily, 6)).Count);
    }

    [Fact]
    public async Task A_permit_ends_when_it_is_given_back_and_when_its_lease_does()
    {
        await using var source = await postgres.LedgerAsync();
        var budget = Budget(source);
        var first = Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1));
        await budget.LeaveAsync(first, stopping);
        var second = Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1));
        clock.Now += Lease;
        var third = Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1));
        await budget.LeaveAsync(second, stopping);   // the dead one's return does not touch its successor
        Assert.Empty(await EnterAllAsync(source, WorkClass.Daily, 1));
        Assert.Equal(3, new HashSet<long> { first, second, third }.Count);
    }

    [Fact]
    public async Task A_throttled_accounts_gate_opens_at_the_latest_instant_it_was_closed_until()
    {
        await using var source = await postgres.LedgerAsync();
        var budget = Budget(source);
        await budget.CloseAsync("facebook", "act_1", clock.Now.AddHours(1), "over the limit", stopping);
        await budget.CloseAsync("facebook", "act_1", clock.Now.AddMinutes(5), "again", stopping);
        await budget.OpenAsync("facebook", "act_1", stopping);
        var refused = await budget.TryEnterAsync("facebook", "act_1", WorkClass.Daily, 1, Lease, stopping);
        Assert.Equal(new Permit(null, clock.Now.AddHours(1), "over the limit"), refused);
        Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1, "act_2"));
        clock.Now = clock.Now.AddHours(1);
        Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1));
    }

    [Fact]
    public async Task A_stopped_application_stays_stopped_for_every_account_until_it_is_opened()
    {
        await using var source = await postgres.LedgerAsync();
        var budget = Budget(source);
        await budget.StopAsync("facebook", null, "The token is dead.", stopping);
        await budget.CloseAsync("facebook", null, clock.Now.AddHours(1), "over the limit", stopping);
        clock.Now = clock.Now.AddDays(30);
        Assert.Equal(new Permit(null, null, "The token is dead."), await budget.TryEnterAsync("facebook", "act_1", WorkClass.Daily, 1, Lease, stopping));
        Assert.NotNull((await budget.TryEnterAsync("clevertap", "act_1", WorkClass.Daily, 1, Lease, stopping)).Id);
        Assert.Equal(["source_stopped|facebook|false"], await AlertAsync(source));

        await budget.OpenAsync("facebook", null, stopping);
        Assert.Single(await EnterAllAsync(source, WorkClass.Daily, 1));
        Assert.Equal(["source_stopped|facebook|true"], await AlertAsync(source));
    }

    private SourceBudget Budget(NpgsqlDataSource source) => new(source, clock);

    private static Task<List<string>> AlertAsync(NpgsqlDataSource source) =>
        Given.LinesAsync(source, "SELECT code, subject, (resolved_at IS NOT NULL)::text FROM pipeline.alert");

    private async Task<List<long>> EnterAllAsync(NpgsqlDataSource source, WorkClass workClass, int atOnce, string account = "act_1")
    {
        var permits = new List<long>();
        while ((await Budget(source).TryEnterAsync("facebook", account, workClass, atOnce, Lease, stopping)).Id is { } id) permits.Add(id);
        return permits;
    }
}

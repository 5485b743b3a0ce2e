using Pipeline.Domain.Files;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>Alerts end where their cause does.</summary>
public sealed class EndingTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stopped_shard_ends_with_its_generation()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new LandingLedger(source, new Clock());
        var claims = await ledger.ClaimAsync("orders", ["orders-0", "orders-1"], Stopping);
        foreach (var claim in claims) await ledger.StopAsync("orders", claim.Shard, "The topic was recreated.", Stopping);
        await ledger.RaiseGenerationAsync("orders", "orders-0", Stopping);
        Assert.Equal(["shard_stopped|orders-1-g1"], await OpenAsync(source));
    }

    [Fact]
    public async Task A_publication_that_is_planned_again_has_not_failed()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        var plan = await Given.PlannedAsync(source, 3);
        await ledger.FailAsync(plan.Id, "The table differs.", Stopping);
        Assert.Equal([$"publication_failed|publication {plan.Id}"], await OpenAsync(source));
        Assert.True(await ledger.PlanAgainAsync(plan.Id, Stopping));
        Assert.Empty(await OpenAsync(source));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_publication_that_waits_does_so_until_it_is_committed_or_given_up(bool commits)
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new PublicationLedger(source, new Clock());
        var plan = await Given.PlannedAsync(source, 3);
        var sessions = new PublicationSessions(source, new Clock());
        await ledger.DelayAsync(plan.Id, "S3 does not answer.", Stopping);
        Assert.Equal([$"publication_waiting|publication {plan.Id}"], await OpenAsync(source));

        await using var session = await sessions.BeginAsync(plan.Id, Given.Orders with { Table = null }, Stopping);
        if (commits) await session!.CommitAsync(Given.Result(3), Stopping);
        else await ledger.FailAsync(plan.Id, "A segment is missing.", Stopping);
        Assert.Equal(commits ? [] : [$"publication_failed|publication {plan.Id}"], await OpenAsync(source));
        await ledger.DelayAsync(plan.Id, "S3 does not answer.", Stopping);
        Assert.Equal(commits ? 0 : 1, (await OpenAsync(source)).Count);
    }

    [Fact]
    public async Task A_corrected_file_ends_what_was_said_of_its_key()
    {
        await using var source = await postgres.LedgerAsync();
        var ledger = new FileLedger(source, new Clock());
        await ledger.RefuseAsync(await SeeAsync(ledger, "tag-1"), "A record is too long.", Stopping);
        Assert.Equal(["file_refused|a.csv"], await OpenAsync(source));
        Assert.True(await ledger.LandAsync(await SeeAsync(ledger, "tag-2"), [], Stopping));
        Assert.Empty(await OpenAsync(source));
    }

    [Fact]
    public async Task Objects_that_were_removed_or_finished_are_no_alert_any_more()
    {
        await using var source = await postgres.LedgerAsync();
        var home = Directory.CreateTempSubdirectory("alerts-").FullName;
        try
        {
            var (lake, alerts) = (ObjectStores.Open(home, new(), TimeProvider.System), new Alerts(source, new Clock()));
            await lake.PutAsync("orders/there.parquet", new byte[] { 1 }, Stopping);
            foreach (var (code, key) in (IEnumerable<(string, string)>)
                [
                    ("object_unknown", "orders/there.parquet"), ("object_unknown", "orders/gone.parquet"),
                    ("object_unfinished", "orders/done.parquet"),
                ])
                await alerts.RaiseAsync(Given.Alert(code, key), Stopping);
            await new ResolveObjectAlerts(source, lake, alerts, new Clock()).RunAsync(Stopping);
            Assert.Equal(["object_unknown|orders/there.parquet"], await OpenAsync(source));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<DroppedFile> SeeAsync(FileLedger ledger, string tag)
    {
        var seen = await ledger.SeeAsync("orders", new Shard("drop", 1), [new("a.csv", 10, Given.Noon, tag)], Given.Noon, Stopping);
        return seen.Single(each => each.File.ETag == tag).File;
    }

    private static Task<List<string>> OpenAsync(Npgsql.NpgsqlDataSource source) =>
        Given.LinesAsync(source, "SELECT code, subject FROM pipeline.alert WHERE resolved_at IS NULL ORDER BY 1, 2");
}

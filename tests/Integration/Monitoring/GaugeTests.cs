using Pipeline.App.Telemetry;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Quarantine;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>What is read from the ledger, and written to it.</summary>
public sealed class GaugeTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gauges_are_what_the_ledger_has_and_are_read_anew_however_often_they_are_asked_for()
    {
        await using var ledger = await postgres.LedgerAsync();
        var clock = new Clock();
        var contracts = new ContractSet([Given.Orders], []);
        using var store = new MetricStore();
        using var gauges = new LedgerGauges(new GaugeReader(ledger, clock), contracts, clock);
        await gauges.RefreshAsync(stopping);
        Assert.Equal(0, Value("pipeline_backlog_records"));

        await Given.PlannedAsync(ledger, 7);
        await Given.LandAsync(ledger, 5);
        for (var seconds = 0; seconds < 12; seconds += 3)
        {
            clock.Now += TimeSpan.FromSeconds(3);
            await gauges.RefreshAsync(stopping);
        }
        Assert.Equal(12, Value("pipeline_backlog_records"));
        Assert.Equal(2, Value("pipeline_backlog_segments"));
        Assert.Equal(1, Value("pipeline_publications_planned"));
        Assert.Equal(0, Value("pipeline_publications_failed"));

        double Value(string family) => store.Read().Single(each => each.Name == family).Series()
            .Single(series => series.Key == "dataset=\"orders\"").Value.Value;
    }

    [Fact]
    public async Task Records_in_quarantine_are_those_that_nobody_has_settled_while_their_object_is_still_whole()
    {
        await using var world = await OrdersWorld.LoadedAsync(postgres, OrdersWorld.First, OrdersWorld.Mixed);
        Assert.Equal(5, await ReadAsync());
        await world.Refusals.DiscardAsync("orders", "missing", "sku", "tester", "The sender is gone.", stopping);
        Assert.Equal(3, await ReadAsync());
        await world.ReplayRefusedAsync(OrdersWorld.Second, "wrong_type", "qty");
        await world.PublishAsync(OrdersWorld.Second);
        Assert.Equal(1, await ReadAsync());
        Assert.Equal(["visible"], await world.LinesAsync("SELECT state FROM pipeline.lake_object WHERE role = 'quarantine'"));

        async Task<double> ReadAsync() => Assert.Single(
            await new GaugeReader(world.Source, world.Clock).ReadAsync(["orders"], stopping),
            reading => reading.Gauge.Name == "pipeline.quarantine.records").Value;
    }

    [Fact]
    public async Task A_heartbeat_adds_runs_and_keeps_the_last_of_each_end()
    {
        await using var ledger = await postgres.LedgerAsync();
        var heartbeats = new HeartbeatLedger(ledger, new Clock());
        var (first, second) = (Given.Noon, Given.Noon.AddSeconds(30));
        await heartbeats.WriteAsync("a", [new("Sweep", first, first, null, null, 3, 0), new("Other", first, null, null, null, 0, 0)], stopping);
        await heartbeats.WriteAsync("a", [new("Sweep", second, null, second, "PostgreSQL was away.", 2, 1)], stopping);
        await heartbeats.WriteAsync("b", [new("Sweep", second, null, null, null, 0, 0)], stopping);
        Assert.Equal(
            ["Other a 0 0 f f -", "Sweep a 5 1 t t PostgreSQL was away.", "Sweep b 0 0 f f -"],
            await Given.LinesAsync(ledger,
                """
                SELECT concat_ws(' ', function, instance, runs, failures, last_succeeded IS NOT NULL, last_failed IS NOT NULL,
                    coalesce(last_error, '-'))
                FROM pipeline.heartbeat ORDER BY 1
                """));
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.App.Activities;
using Pipeline.App.Triggers;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Quarantine;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>A bug in a dataset's rules stops nothing but the judging of that dataset.</summary>
public sealed class UnjudgedTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_other_dataset_is_judged()
    {
        await using var source = await postgres.LedgerAsync();
        var clock = new Clock { Now = Given.Noon.AddMinutes(5) };
        var check = new CheckDataset(new Buggy("broken", new QualityReader(source)), new Alerts(source, clock), clock);
        var health = new CheckHealth(
            new([Given.Orders with { Dataset = "broken" }, Given.Orders], []), check, NullLogger<CheckHealth>.Instance);
        await Given.ExecuteAsync(source,
            "INSERT INTO pipeline.quality_hour VALUES ('orders', '2026-11-20 12:00+00', 1, 200, 0, 50, '2026-11-20 12:00+00')");
        await health.RunAsync(new(), stopping);
        Assert.Equal(["orders|reject_ratio_high"], await Given.LinesAsync(source, "SELECT dataset, code FROM pipeline.alert"));

        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => health.RunAsync(new(), stopped.Token));
    }

    [Fact]
    public async Task A_publication_that_is_committed_is_no_failed_one()
    {
        await using var world = await OrdersWorld.CreateAsync(postgres);
        var check = new CheckDataset(
            new Buggy("orders", new QualityReader(world.Source)), new Alerts(world.Source, world.Clock), world.Clock);
        var activity = new TransformPublicationActivity(
            new([OrdersWorld.First], []), world.Transform(), check, NullLogger<TransformPublicationActivity>.Instance);
        await world.LandAsync(OrdersWorld.Good("a", 1), OrdersWorld.Good("b", 2));
        var plan = Assert.Single(await world.Ledger.PlanAsync("orders", OrdersWorld.First.Version, long.MaxValue, 1, stopping));
        Assert.Equal((PublicationEnd.Committed, 2), await EndAsync());
        Assert.Equal(PublicationEnd.AlreadyCommitted, (await EndAsync()).End);

        async Task<(PublicationEnd End, long Rows)> EndAsync()
        {
            var summary = await activity.RunAsync(plan, stopping);
            return (summary.End, summary.Counts.Out);
        }
    }

    private sealed class Buggy(string dataset, IQualityFacts facts) : IQualityFacts
    {
        public Task<QualityFacts> ReadAsync(DatasetContract contract, DateTimeOffset at, CancellationToken stopping)
        {
            stopping.ThrowIfCancellationRequested();
            return contract.Dataset == dataset ? throw new ArgumentException("An item with the same key has already been added.")
                : facts.ReadAsync(contract, at, stopping);
        }
    }
}

using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>What a long history costs, and who is told.</summary>
public sealed class HistoryTests(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100, 1)]
    [InlineData(0, 22)]   // the first turn, and one after each activity and the event
    public async Task An_instance_whose_state_is_live_is_not_replayed(int live, int runs)
    {
        var started = 0;
        var functions = new LambdaFunctions()
            .Orchestrator("Main", async context =>
            {
                started++;
                var sum = 0;
                for (var i = 0; i < 20; i++) sum += await context.CallActivityAsync<int>("Same", i);
                return sum + await context.WaitForExternalEvent<int>("last");
            })
            .Activity<int, int>("Same", value => value);
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), functions, new() { LiveOrchestrators = live });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        await node.UntilQuietAsync(id, 61);
        await node.Client.RaiseEventAsync(id, "last", 5, Stop);
        Assert.Equal(195, (await node.EndAsync(id)).ReadOutputAs<int>());
        Assert.Equal(runs, started);
    }

    [Fact]
    public async Task A_history_that_passes_10_000_events_is_warned_of_once()
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), new LambdaFunctions()
            .Orchestrator("Wide", async context =>
            {
                var same = await Task.WhenAll(Enumerable.Range(0, 5_100).Select(i => context.CallActivityAsync<int>("Same", i)));
                return same.Sum() + await context.WaitForExternalEvent<int>("last");
            })
            .Activity<int, int>("Same", value => value));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Wide", Stop);
        await node.UntilQuietAsync(id, 10_202);
        await node.Client.RaiseEventAsync(id, "last", 1, Stop);
        Assert.Equal(13_002_451, (await node.EndAsync(id)).ReadOutputAs<int>());
        Assert.Equal(
            $"The history of instance {id} passed 10000 events, and each replay reads it all: let orchestrator Wide start over with "
            + "ContinueAsNew from time to time.",
            Assert.Single(node.Logged, line => line.Contains("ContinueAsNew")));
    }
}

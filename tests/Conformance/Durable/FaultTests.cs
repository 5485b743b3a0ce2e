using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Durable.Store;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>Dead nodes, zombies, several nodes, stops, poison, and a database that goes away.</summary>
public sealed class FaultTests(PostgresServer postgres)
{
    private static readonly DurableOptions Quick = new() { Lease = TimeSpan.FromSeconds(1), Poll = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static LambdaFunctions Chain(ConcurrentBag<string> ran) => new LambdaFunctions()
        .Orchestrator("Main", async context =>
        {
            var sum = 0;
            for (var i = 0; i < 5; i++) sum += await context.CallActivityAsync<int>("Add", i);
            return sum;
        })
        .ActivityAsync<int, int>("Add", (value, call, _) =>
        {
            ran.Add($"{call.InstanceId}/{call.TaskId}");
            return Task.FromResult(value);
        });

    [Fact]
    public async Task Two_engines_share_the_work_and_each_activity_runs_once()
    {
        var (database, ran) = (postgres.CreateDatabase(), new ConcurrentBag<string>());
        await using var one = await TestNode.StartAsync(database, Chain(ran));
        await using var two = await TestNode.StartAsync(database, Chain(ran));
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            (i % 2 == 0 ? one : two).Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop)));
        foreach (var id in ids) Assert.Equal(10, (await two.EndAsync(id)).ReadOutputAs<int>());
        Assert.Equal(500, ran.Count);
        Assert.Equal(500, ran.Distinct().Count());
    }

    [Fact]
    public async Task The_work_of_a_dead_node_is_done_by_another_and_the_dead_one_can_write_nothing()
    {
        var database = postgres.CreateDatabase();
        await using (await TestNode.StartAsync(database, new(), Quick)) { }   // makes the tables
        await using var source = NpgsqlDataSource.Create(database);
        var (nodes, work, zombie) = (new NodeStore(source, Quick.HubName), new WorkStore(source, Quick.HubName), Guid.NewGuid());
        await using var client = await TestNode.StartAsync(database, new(), Quick with { MaxConcurrentOrchestratorFunctions = 0 });
        var id = await client.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        await nodes.RegisterAsync(zombie, TimeSpan.FromMilliseconds(1), Stop);
        var claimed = await work.ClaimAsync(zombie, DateTime.UtcNow, 10, 10, Stop);
        Assert.Single(claimed.Turns);
        await using var alive = await TestNode.StartAsync(database, Chain([]), Quick);
        Assert.Equal(10, (await alive.EndAsync(id)).ReadOutputAs<int>());
        await Assert.ThrowsAsync<NodeLostException>(
            () => new CommitStore(source, Quick.HubName).CommitAsync(zombie, DateTime.UtcNow, [], [], 0, false, Stop));
        Assert.Null(await nodes.BeatAsync(zombie, TimeSpan.FromSeconds(1), Stop));
    }

    [Fact]
    public async Task A_node_that_lost_its_lease_goes_on_under_a_new_one()
    {
        var database = postgres.CreateDatabase();
        await using var node = await TestNode.StartAsync(database, Chain([]), Quick);
        await using var source = NpgsqlDataSource.Create(database);
        for (var i = 0; i < 3; i++)
        {
            await using (var command = source.CreateCommand("DELETE FROM localhost.node")) await command.ExecuteNonQueryAsync(Stop);
            Assert.Equal(10, (await node.RunAsync("Main")).ReadOutputAs<int>());
        }
    }

    [Fact]
    public async Task A_stop_waits_for_running_activities_and_past_its_deadline_cancels_them_for_the_next_start()
    {
        var (database, started, runs) = (postgres.CreateDatabase(), new TaskCompletionSource(), 0);
        var functions = new LambdaFunctions()
            .Orchestrator("Main", context => context.CallActivityAsync<int>("Slow"))
            .ActivityAsync<object, int>("Slow", async (_, _, cancellation) =>
            {
                if (Interlocked.Increment(ref runs) > 1) return runs;
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                return 0;
            });
        string id;
        await using (var first = await TestNode.StartAsync(database, functions))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
            await started.Task;
            await first.StopAsync(new CancellationToken(canceled: true));
        }
        await using var second = await TestNode.StartAsync(database, functions);
        Assert.Equal(2, (await second.EndAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task An_orchestration_continues_after_a_restart_by_replay()
    {
        var (database, ran) = (postgres.CreateDatabase(), new ConcurrentBag<string>());
        var functions = Chain(ran).Orchestrator("Long", async context =>
        {
            var one = await context.CallActivityAsync<int>("Add", 1);
            var two = await context.WaitForExternalEvent<int>("two");
            return one + two + await context.CallActivityAsync<int>("Add", 3);
        });
        string id;
        await using (var first = await TestNode.StartAsync(database, functions))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Long", Stop);
            await first.UntilQuietAsync(id, historyLength: 5);
        }
        await using var second = await TestNode.StartAsync(database, functions);
        await second.Client.RaiseEventAsync(id, "two", 2, Stop);
        Assert.Equal(6, (await second.EndAsync(id)).ReadOutputAs<int>());
        Assert.Equal(2, ran.Count);
    }

    [Fact]
    public async Task A_turn_that_keeps_ending_its_host_fails_its_instance_and_others_go_on()
    {
        var database = postgres.CreateDatabase();
        await using var node = await TestNode.StartAsync(database, Chain([]));
        var options = new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddHours(1));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", options, Stop);
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "UPDATE localhost.instance SET attempts = 10; UPDATE localhost.message SET visible_at = now() - interval '1 s'");
        await command.ExecuteNonQueryAsync(Stop);
        Assert.Contains("ended its host 10 times", (await node.EndAsync(id)).FailureDetails!.ErrorMessage);
        Assert.Equal(10, (await node.RunAsync("Main")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_turn_whose_messages_were_consumed_elsewhere_is_void_and_runs_again()
    {
        var database = postgres.CreateDatabase();
        await using (await TestNode.StartAsync(database, new(), Quick)) { }
        await using var source = NpgsqlDataSource.Create(database);
        var (nodes, work, me) = (new NodeStore(source, Quick.HubName), new WorkStore(source, Quick.HubName), Guid.NewGuid());
        await nodes.RegisterAsync(me, TimeSpan.FromMinutes(1), Stop);
        await new InstanceStore(source, Quick.HubName).CreateAsync(
            new("i", "Main", "", null, new Dictionary<string, string>(), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(-1),
                new HashSet<OrchestrationRuntimeStatus>()),
            Stop);
        var turn = Assert.Single((await work.ClaimAsync(me, DateTime.UtcNow, 1, 0, Stop)).Turns);
        await using (var command = source.CreateCommand("DELETE FROM localhost.message")) await command.ExecuteNonQueryAsync(Stop);
        var outcome = new LocalHost.Durable.Orchestrators.TurnOutcome(OrchestrationRuntimeStatus.Running, [], [], []);
        await Assert.ThrowsAsync<StaleTurnException>(() => new CommitStore(source, Quick.HubName).CommitAsync(
            me, DateTime.UtcNow, [new(turn, outcome, DateTime.UtcNow)], [], 0, false, Stop));
    }

    [Fact]
    public async Task A_restart_of_the_database_delays_work_and_fails_nothing()
    {
        using var server = new PostgresServer();
        await using var node = await TestNode.StartAsync(server.CreateDatabase(), new LambdaFunctions()
            .Orchestrator("Main", async context =>
            {
                var sum = 0;
                for (var i = 0; i < 30; i++) sum += await context.CallActivityAsync<int>("Add", i);
                return sum;
            })
            .ActivityAsync<int, int>("Add", async (value, _, cancellation) =>
            {
                await Task.Delay(20, cancellation);
                return value;
            }));
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop)));
        await Task.Delay(300, Stop);
        await Task.Run(() => server.Stop("immediate"), Stop);
        await Task.Delay(Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 20_000 : 2_000, Stop);
        var late = node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        await Task.Run(server.Start, Stop);
        foreach (var id in ids.Append(await late)) Assert.Equal(435, (await node.EndAsync(id)).ReadOutputAs<int>());
    }
}

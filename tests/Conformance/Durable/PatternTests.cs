using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>What orchestrators do when nothing goes wrong.</summary>
public sealed class PatternTests(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<OrchestrationMetadata> RunAsync(LambdaFunctions functions, object? input = null)
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), functions);
        return await node.RunAsync("Main", input);
    }

    [Fact]
    public async Task An_orchestration_returns_its_input()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", context =>
            Task.FromResult(context.GetInput<string>())), "hello");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("hello", end.ReadOutputAs<string>());
        Assert.Equal("hello", end.ReadInputAs<string>());
    }

    [Fact]
    public async Task Activities_run_one_after_the_other()
    {
        var end = await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", async context =>
            {
                var value = 0;
                for (var i = 0; i < 10; i++) value = await context.CallActivityAsync<int>("plusone", value);
                return value;
            })
            .Activity<int, int>("PlusOne", value => value + 1));
        Assert.Equal(10, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Activities_run_at_the_same_time_and_keep_their_order()
    {
        var end = await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", async context => await Task.WhenAll(
                Enumerable.Range(0, 50).Select(i => context.CallActivityAsync<int>("Square", i))))
            .Activity<int, int>("Square", value => value * value));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i * i), end.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task A_timer_fires_not_before_its_time()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", async context =>
        {
            var before = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return context.CurrentUtcDateTime - before;
        }));
        Assert.True(end.ReadOutputAs<TimeSpan>() >= TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task A_timer_in_the_past_fires_at_once()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", async context =>
        {
            await context.CreateTimer(new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc), CancellationToken.None);
            return "fired";
        }));
        Assert.Equal("fired", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_of_a_week_is_split_into_parts_of_three_days()
    {
        var clock = new ShiftedClock();
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions().Orchestrator("Main", async context =>
            {
                await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None);
                return await context.CallActivityAsync<int>("Id");
            }).ActivityAsync<object, int>("Id", (_, call, _) => Task.FromResult(call.TaskId)),
            configure: services => services.AddSingleton<TimeProvider>(clock));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        for (var part = 1; part <= 3; part++)
        {
            await node.UntilQuietAsync(id, historyLength: 3 * part);
            clock.Shift += TimeSpan.FromDays(3);
        }
        Assert.Equal(3, (await node.EndAsync(id)).ReadOutputAs<int>());   // each part takes a number
    }

    [Fact]
    public async Task The_time_stands_still_within_a_turn_and_is_the_same_at_replay()
    {
        var seen = new List<DateTime>();
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions().Orchestrator("Main", async context =>
            {
                var first = context.CurrentUtcDateTime;
                seen.Add(first);
                Assert.Equal(DateTimeKind.Utc, first.Kind);
                Assert.Equal(first, context.CurrentUtcDateTime);
                await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
                Assert.True(context.CurrentUtcDateTime > first);
            }),
            new() { LiveOrchestrators = 0 });
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.RunAsync("Main")).RuntimeStatus);
        Assert.Equal(2, seen.Count);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task Code_sees_itself_replaying_and_its_logger_writes_each_line_once()
    {
        var (replaying, logs) = (new List<bool>(), new LogLines());
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions().Orchestrator("Main", async context =>
            {
                var log = context.CreateReplaySafeLogger("orchestrator");
                replaying.Add(context.IsReplaying);
                log.LogInformation("one");
                await context.CallActivityAsync("Nothing");
                replaying.Add(context.IsReplaying);
                log.LogInformation("two");
            }).Activity<object, int>("Nothing", _ => 0),
            new() { LiveOrchestrators = 0 },
            services => services.AddSingleton<ILoggerProvider>(logs));
        await node.RunAsync("Main");
        Assert.Equal([false, true, false], replaying);
        Assert.Equal(["one", "two"], logs.Lines.Where(line => line.Category == "orchestrator").Select(line => line.Text));
    }

    [Fact]
    public async Task New_ids_are_of_version_5_differ_and_are_the_same_at_replay()
    {
        var seen = new List<Guid>();
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions().Orchestrator("Main", async context =>
            {
                seen.Add(context.NewGuid());
                seen.Add(context.NewGuid());
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return context.NewGuid();
            }),
            new() { LiveOrchestrators = 0 });
        seen.Add((await node.RunAsync("Main")).ReadOutputAs<Guid>());
        Assert.Equal(3, seen.Distinct().Count());
        Assert.Equal(seen[..2], seen[2..4]);
        Assert.All(seen, id => Assert.Equal(5, id.Version));
    }

    [Fact]
    public async Task A_child_knows_its_parent_and_its_id_is_made_by_the_parent()
    {
        var end = await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", async context => await context.CallSubOrchestratorAsync<string[]>("Child", 5))
            .Orchestrator("Child", async context =>
            {
                await context.CallActivityAsync("Nothing");
                return (string[])[context.Parent!.Name.Name, context.Parent.InstanceId, context.InstanceId,
                    context.GetInput<int>().ToString()];
            })
            .Activity<object, int>("Nothing", _ => 0));
        var output = end.ReadOutputAs<string[]>()!;
        Assert.Equal(["Main", end.InstanceId], output[..2]);
        Assert.Equal(5, Guid.ParseExact(output[2], "N").Version);
        Assert.Equal("5", output[3]);
    }

    [Fact]
    public async Task Children_may_have_ids_of_their_own_and_a_second_call_of_a_running_one_fails()
    {
        var end = await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", async context =>
            {
                var options = new TaskOptions().WithInstanceId("child-7");
                var first = context.CallSubOrchestratorAsync<string>("Child", options: options);
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                var second = await Assert.ThrowsAsync<TaskFailedException>(() =>
                    context.CallSubOrchestratorAsync<string>("Child", options: options));
                context.SendEvent("child-7", "go", "done");
                return $"{await first}: {second.FailureDetails.ErrorMessage}";
            })
            .Orchestrator("Child", context => context.WaitForExternalEvent<string>("go")));
        Assert.Equal("done: An orchestration with id 'child-7' already exists and has not ended.", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_custom_status_is_seen_while_it_runs()
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), new LambdaFunctions().Orchestrator("Main",
            async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.WaitForExternalEvent<object>("go");
            context.SetCustomStatus(null);
        }));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        await TestNode.UntilAsync(async () =>
            (await node.Client.GetInstanceAsync(id, true, Stop))!.ReadCustomStatusAs<JsonElement?>()?.GetProperty("Step").GetInt32() == 1);
        await node.Client.RaiseEventAsync(id, "go", cancellation: Stop);
        Assert.Null((await node.EndAsync(id)).SerializedCustomStatus);
    }

    [Fact]
    public async Task An_orchestration_that_returned_stays_running_until_its_open_tasks_end()
    {
        var release = new TaskCompletionSource();
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), new LambdaFunctions()
            .Orchestrator("Main", context =>
            {
                _ = context.CallActivityAsync("Slow");
                _ = context.WaitForExternalEvent<string>("never");
                return Task.FromResult("returned");
            })
            .ActivityAsync<object, int>("Slow", async (_, _, _) =>
            {
                await release.Task;
                return 0;
            }));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        await node.Client.WaitForInstanceStartAsync(id, Stop);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await node.Client.GetInstanceAsync(id, Stop))!.RuntimeStatus);
        release.SetResult();
        Assert.Equal("returned", (await node.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_timer_keeps_nothing_open()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", async context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(30), cancel.Token);
            await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
            return "done";
        }));
        Assert.Equal("done", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Payloads_of_several_megabytes_pass()
    {
        var end = await RunAsync(
            new LambdaFunctions()
                .Orchestrator("Main", context => context.CallActivityAsync<string>("Echo", context.GetInput<string>()))
                .Activity<string, string>("Echo", text => text + "!"),
            new string('x', 5_000_000));
        Assert.Equal(5_000_001, end.ReadOutputAs<string>()!.Length);
    }
}

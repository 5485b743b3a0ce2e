using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Durable;
using Pipeline.Tests.Servers;
using Core = DurableTask.Core.Exceptions;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>What failures look like and which are tried again.</summary>
public sealed class ErrorTests(PostgresServer postgres)
{
    private static readonly RetryPolicy ThreeTimes = new(3, TimeSpan.FromMilliseconds(20), 2.0);

    private async Task<OrchestrationMetadata> RunAsync(LambdaFunctions functions)
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), functions);
        return await node.RunAsync("Main");
    }

    private static LambdaFunctions Boom(Func<int> count) => new LambdaFunctions().Activity<object, int>("Boom", _ =>
    {
        count();
        throw new InvalidOperationException("bad x", new ArgumentException("inner"));
    });

    [Fact]
    public async Task An_exception_of_the_orchestrator_fails_the_instance()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator<int>("Main", _ => throw new FormatException("wrong")));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(("System.FormatException", "wrong"), (end.FailureDetails!.ErrorType, end.FailureDetails.ErrorMessage));
        Assert.Equal("wrong", end.SerializedOutput);
        Assert.True(end.FailureDetails.IsCausedBy<FormatException>());
        Assert.True(end.FailureDetails.IsCausedBy<SystemException>());
        Assert.False(end.FailureDetails.IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task An_exception_of_an_activity_reaches_the_orchestrator_with_its_inner_failures()
    {
        TaskFailedException? seen = null;
        var end = await RunAsync(Boom(() => 0).Orchestrator("Main", async context =>
        {
            seen = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Boom"));
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("Task 'Boom' (#0) failed with an unhandled exception: bad x", seen!.Message);
        Assert.Equal("System.InvalidOperationException", seen.FailureDetails.ErrorType);
        Assert.Equal("System.ArgumentException", seen.FailureDetails.InnerFailure!.ErrorType);
        Assert.IsType<Core.TaskFailedException>(seen.InnerException);
    }

    [Fact]
    public async Task An_activity_failure_nobody_catches_fails_the_instance()
    {
        var end = await RunAsync(Boom(() => 0).Orchestrator("Main", context => context.CallActivityAsync("Boom")));
        Assert.Equal("Microsoft.DurableTask.TaskFailedException", end.FailureDetails!.ErrorType);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails.InnerFailure!.ErrorType);
        Assert.Equal("Task 'Boom' (#0) failed with an unhandled exception: bad x", end.SerializedOutput);
    }

    [Fact]
    public async Task A_failed_child_fails_its_call_with_the_childs_failure()
    {
        TaskFailedException? seen = null;
        await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", async context =>
            {
                seen = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync("Child"));
            })
            .Orchestrator<int>("Child", _ => throw new FormatException("wrong")));
        Assert.Equal(("Child", "System.FormatException"), (seen!.TaskName, seen.FailureDetails.ErrorType));
        Assert.Null(seen.FailureDetails.InnerFailure);
    }

    [Fact]
    public async Task A_policy_tries_so_often_and_numbers_every_attempt_and_timer()
    {
        var (count, taskId) = (0, -1);
        var end = await RunAsync(Boom(() => Interlocked.Increment(ref count)).Orchestrator("Main", async context =>
        {
            var before = context.CurrentUtcDateTime;
            var failed = await Assert.ThrowsAsync<TaskFailedException>(() =>
                context.CallActivityAsync("Boom", new TaskOptions(ThreeTimes)));
            taskId = failed.TaskId;
            return context.CurrentUtcDateTime - before;
        }));
        Assert.Equal((3, 4), (count, taskId));
        Assert.True(end.ReadOutputAs<TimeSpan>() >= TimeSpan.FromMilliseconds(60));   // 20 + 40
    }

    [Fact]
    public async Task A_policy_stops_once_it_succeeds_or_its_filter_says_so()
    {
        var (count, filtered) = (0, 0);
        var end = await RunAsync(Boom(() => Interlocked.Increment(ref filtered))
            .Activity<object, int>("Third", _ => Interlocked.Increment(ref count) < 3 ? throw new IOException("again") : count)
            .Orchestrator("Main", async context =>
            {
                var policy = new RetryPolicy(5, TimeSpan.FromMilliseconds(5)) { HandleFailure = failure =>
                    failure.IsCausedBy<IOException>() };
                var third = await context.CallActivityAsync<int>("Third", new TaskOptions(policy));
                await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Boom", new TaskOptions(policy)));
                var throws = new RetryPolicy(5, TimeSpan.FromMilliseconds(5)) { HandleFailure = _ => throw new FormatException() };
                await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Boom", new TaskOptions(throws)));
                return third;
            }));
        Assert.Equal((3, 2), (end.ReadOutputAs<int>(), filtered));
    }

    [Fact]
    public async Task A_policy_gives_up_when_its_timeout_has_passed()
    {
        var (count, clock) = (0, new ShiftedClock());
        var functions = Boom(() => Interlocked.Increment(ref count)).Orchestrator("Main", async context =>
        {
            var policy = new RetryPolicy(100, TimeSpan.FromHours(1), retryTimeout: TimeSpan.FromHours(1));
            await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Boom", new TaskOptions(policy)));
        });
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(), functions, configure: services => services.AddSingleton<TimeProvider>(clock));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", TestContext.Current.CancellationToken);
        await node.UntilQuietAsync(id, historyLength: 6);   // the first attempt failed and its timer waits
        clock.Shift = TimeSpan.FromHours(1);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.EndAsync(id)).RuntimeStatus);
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task A_handler_decides_and_may_wait()
    {
        var (count, attempts) = (0, new List<int>());
        var end = await RunAsync(Boom(() => Interlocked.Increment(ref count)).Orchestrator("Main", async context =>
        {
            var options = TaskOptions.FromRetryHandler(async retry =>
            {
                attempts.Add(retry.LastAttemptNumber);
                await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return retry.LastAttemptNumber < 4 && retry.LastFailure.IsCausedBy<InvalidOperationException>();
            });
            await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Boom", options: options));
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(4, count);
        Assert.Equal([1, 2, 3, 4], attempts);
    }

    [Fact]
    public async Task A_failed_child_is_tried_again()
    {
        var count = 0;
        var end = await RunAsync(new LambdaFunctions()
            .Orchestrator("Main", context => context.CallSubOrchestratorAsync<int>("Child", new TaskOptions(ThreeTimes)))
            .Orchestrator("Child", async context =>
            {
                await context.CallActivityAsync("Count");
                return count < 3 ? throw new FormatException("again") : count;
            })
            .Activity<object, int>("Count", _ => Interlocked.Increment(ref count)));
        Assert.Equal(3, end.ReadOutputAs<int>());
    }

    [Theory]
    [InlineData(true, "ActivityTaskNotFound", "No activity task named 'NoSuch' was found.")]
    [InlineData(false, "OrchestratorTaskNotFound", "No orchestrator task named 'NoSuch' was found.")]
    public async Task A_name_nobody_registered_fails_and_is_not_tried_again(bool activity, string type, string message)
    {
        TaskFailedException? seen = null;
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", async context =>
        {
            var options = TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromDays(1)));
            seen = await Assert.ThrowsAsync<TaskFailedException>(
                () => activity ? context.CallActivityAsync("NoSuch", options) : context.CallSubOrchestratorAsync("NoSuch", options));
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal((type, message), (seen!.FailureDetails.ErrorType, seen.FailureDetails.ErrorMessage));
    }

    [Fact]
    public async Task Options_passed_as_the_input_are_refused()
    {
        var end = await RunAsync(new LambdaFunctions().Orchestrator("Main", context =>
            context.CallActivityAsync("A", (object)new TaskOptions(ThreeTimes))));
        Assert.Equal("System.ArgumentException", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task A_result_of_another_type_fails_where_it_is_awaited()
    {
        var end = await RunAsync(new LambdaFunctions()
            .Activity<object, string>("Text", _ => "text")
            .Orchestrator("Main", async context =>
            {
                await Assert.ThrowsAsync<System.Text.Json.JsonException>(() => context.CallActivityAsync<int>("Text"));
                return "caught";
            }));
        Assert.Equal("caught", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("task run")]
    [InlineData("delay beside a timer")]
    [InlineData("configure await")]
    public async Task Awaiting_what_is_not_durable_fails_the_instance_and_says_why(string what)
    {
        var end = await RunAsync(new LambdaFunctions()
            .Activity<object, int>("Nothing", _ => 0)
            .Orchestrator("Main", async context =>
            {
                if (what == "task run") await Task.Run(() => new ManualResetEventSlim().Wait(50));
                if (what == "delay beside a timer")
                    await await Task.WhenAny(context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None), Task.Delay(50));
                if (what == "configure await")
                {
                    await context.CallActivityAsync("Nothing").ConfigureAwait(false);
                    await context.CallActivityAsync("Nothing");
                }
            }));
        Assert.Equal(("System.InvalidOperationException", true), (end.FailureDetails!.ErrorType,
            end.FailureDetails.ErrorMessage.Contains("not durable")));
    }

    [Theory]
    [InlineData("other name", "TaskScheduled #0 'A'", "schedules TaskScheduled #0 'B'")]
    [InlineData("other kind", "TaskScheduled #0 'A'", "schedules TimerCreated #0")]
    [InlineData("nothing", "TaskScheduled #0 'A'", "has not scheduled anything")]
    public async Task Changed_code_fails_the_instance_and_names_what_differs(string change, string history, string now)
    {
        var changed = false;
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions()
                .Activity<object, int>("A", _ => 0)
                .Activity<object, int>("B", _ => 0)
                .Orchestrator("Main", async context =>
                {
                    if (!changed || change == "other name") await context.CallActivityAsync(changed ? "B" : "A");
                    else if (change == "other kind") await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                    await context.WaitForExternalEvent<object>("go");
                }),
            new DurableOptions { LiveOrchestrators = 0 });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", TestContext.Current.CancellationToken);
        await node.UntilQuietAsync(id, historyLength: 4);
        changed = true;
        await node.Client.RaiseEventAsync(id, "go", cancellation: TestContext.Current.CancellationToken);
        var failure = (await node.EndAsync(id)).FailureDetails!;
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", failure.ErrorType);
        Assert.Contains(history, failure.ErrorMessage);
        Assert.Contains(now, failure.ErrorMessage);
    }

    [Fact]
    public async Task More_actions_in_one_turn_than_allowed_fail_the_instance()
    {
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions().Orchestrator("Main", context =>
                Task.WhenAll(Enumerable.Range(0, 11).Select(_ => context.CallActivityAsync("A")))),
            new() { MaxOrchestrationActions = 10 });
        Assert.Contains("maxOrchestrationActions", (await node.RunAsync("Main")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task An_output_that_cannot_be_stored_fails_its_activity_and_nothing_else()
    {
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(),
            new LambdaFunctions()
                .Activity<object, Func<int>>("Unwritable", _ => () => 1)
                .Activity<object, string>("Zero", _ => "a\0b")
                .Orchestrator("Main", async context =>
                {
                    await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Unwritable"));
                    return await context.CallActivityAsync<string>("Zero");
                }));
        Assert.Equal("a\0b", (await node.RunAsync("Main")).ReadOutputAs<string>());
    }
}

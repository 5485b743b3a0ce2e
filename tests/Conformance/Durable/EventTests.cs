using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>External events, starting over, suspending and terminating.</summary>
public sealed class EventTests(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<TestNode> StartAsync(Func<TaskOrchestrationContext, Task<object?>> main, int live = 100) => TestNode.StartAsync(
        postgres.CreateDatabase(), new LambdaFunctions().Orchestrator("Main", main), new() { LiveOrchestrators = live });

    private static async Task<string> ScheduleAsync(TestNode node, object? input = null)
    {
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", input, Stop);
        await node.Client.WaitForInstanceStartAsync(id, Stop);
        return id;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Events_are_kept_in_order_until_someone_waits(int live)
    {
        await using var node = await StartAsync(
            async context =>
            {
                await context.WaitForExternalEvent<object>("go");
                var text = "";
                for (var i = 0; i < 5; i++) text += await context.WaitForExternalEvent<int>("NUMBER");
                return text;
            },
            live);
        var id = await ScheduleAsync(node);
        for (var i = 0; i < 5; i++) await node.Client.RaiseEventAsync(id, "number", i, Stop);
        await node.Client.RaiseEventAsync(id, "go", Stop);
        Assert.Equal("01234", (await node.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_raised_at_the_same_time_arrive_once_each_and_those_to_nobody_are_dropped()
    {
        await using var node = await StartAsync(async context =>
        {
            var sum = 0;
            for (var i = 0; i < 200; i++) sum += await context.WaitForExternalEvent<int>("number");
            return sum;
        });
        var id = await ScheduleAsync(node);
        await Task.WhenAll(Enumerable.Range(0, 200).SelectMany(i => (Task[])[
            node.Client.RaiseEventAsync(id, "number", i, Stop), node.Client.RaiseEventAsync("none", "number", i, Stop)]));
        Assert.Equal(19_900, (await node.EndAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task The_newest_of_several_waiters_is_served_first_and_a_cancelled_one_is_not()
    {
        await using var node = await StartAsync(async context =>
        {
            using var cancel = new CancellationTokenSource();
            var first = context.WaitForExternalEvent<string>("e");
            var second = context.WaitForExternalEvent<string>("e");
            var cancelled = context.WaitForExternalEvent<string>("e", cancel.Token);
            cancel.Cancel();
            await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
            await second;
            return $"{await second}{await first}";
        });
        var id = await ScheduleAsync(node);
        await node.Client.RaiseEventAsync(id, "e", "a", Stop);
        await node.Client.RaiseEventAsync(id, "e", "b", Stop);
        Assert.Equal("ab", (await node.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task One_name_cannot_be_awaited_as_two_types_at_once()
    {
        await using var node = await StartAsync(async context =>
        {
            _ = context.WaitForExternalEvent<string>("e");
            await Assert.ThrowsAsync<ArgumentException>(() => context.WaitForExternalEvent<int>("e", CancellationToken.None));
            return "refused";
        });
        Assert.Equal("refused", (await node.RunAsync("Main")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_ends_with_its_event_its_time_or_its_token()
    {
        await using var node = await StartAsync(async context =>
        {
            var late = await Assert.ThrowsAsync<TaskCanceledException>(() =>
                context.WaitForExternalEvent<string>("none", TimeSpan.FromMilliseconds(20), CancellationToken.None));
            using var cancel = new CancellationTokenSource();
            var cancelled = context.WaitForExternalEvent<string>("none", TimeSpan.FromDays(1), cancel.Token);
            cancel.Cancel();
            await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
            context.SetCustomStatus("waiting");
            return await context.WaitForExternalEvent<string>("some", TimeSpan.FromDays(1), CancellationToken.None);
        });
        var id = await ScheduleAsync(node);
        await TestNode.UntilAsync(async () =>
            (await node.Client.GetInstanceAsync(id, true, Stop))!.SerializedCustomStatus == "\"waiting\"");
        await node.Client.RaiseEventAsync(id, "some", "came", Stop);
        Assert.Equal("came", (await node.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_to_nobody_is_dropped()
    {
        await using var node = await StartAsync(context => Task.FromResult<object?>(null));
        var end = await node.RunAsync("Main");
        await node.Client.RaiseEventAsync(end.InstanceId, "late", Stop);
        await node.Client.RaiseEventAsync("unknown", "lost", Stop);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.RunAsync("Main")).RuntimeStatus);
    }

    [Theory]
    [InlineData(true, "ab")]
    [InlineData(false, "c")]
    public async Task Starting_over_keeps_unprocessed_events_or_drops_them(bool preserve, string expected)
    {
        await using var node = await StartAsync(async context =>
        {
            if (context.GetInput<int>() == 0)
            {
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(1, preserve);
                return "dropped";
            }
            context.SetCustomStatus("again");
            return expected.Length == 2
                ? await context.WaitForExternalEvent<string>("e") + await context.WaitForExternalEvent<string>("e")
                : await context.WaitForExternalEvent<string>("e");
        });
        var id = await ScheduleAsync(node, 0);
        foreach (var payload in (string[])["a", "b"]) await node.Client.RaiseEventAsync(id, "e", payload, Stop);
        await node.Client.RaiseEventAsync(id, "go", "", Stop);
        await TestNode.UntilAsync(async () => (await node.Client.GetInstanceAsync(id, true, Stop))!.SerializedCustomStatus == "\"again\"");
        if (!preserve) await node.Client.RaiseEventAsync(id, "e", "c", Stop);
        var end = await node.EndAsync(id);
        Assert.Equal(expected, end.ReadOutputAs<string>());
        Assert.Equal(1, end.ReadInputAs<int>());
    }

    [Fact]
    public async Task Starting_over_many_times_keeps_the_custom_status_and_loses_no_event()
    {
        await using var node = await StartAsync(async context =>
        {
            var state = context.GetInput<int[]>()!;
            if (state[0] == 0) context.SetCustomStatus("first");
            var number = await context.WaitForExternalEvent<int>("n");
            int[] next = [state[0] + 1, state[1] + number];
            if (next[0] < 40) context.ContinueAsNew(next);
            return next[1];
        });
        var id = await ScheduleAsync(node, new[] { 0, 0 });
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => node.Client.RaiseEventAsync(id, "n", i, Stop)));
        var end = await node.EndAsync(id);
        Assert.Equal((820, "first"), (end.ReadOutputAs<int>(), end.ReadCustomStatusAs<string>()));
    }

    [Fact]
    public async Task Starting_over_may_change_the_version()
    {
        await using var node = await StartAsync(context =>
        {
            if (context.Version == "") context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
            return Task.FromResult<object?>($"{context.Version} {context.CompareVersionTo("1.10") > 0}");
        });
        Assert.Equal("2.0 True", (await node.RunAsync("Main")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_suspended_instance_takes_its_events_when_it_is_resumed()
    {
        await using var node = await StartAsync(async context =>
        {
            context.SetCustomStatus("kept");
            return await context.WaitForExternalEvent<string>("a") + await context.WaitForExternalEvent<string>("b");
        });
        var id = await ScheduleAsync(node);
        await node.Client.SuspendInstanceAsync(id, "pause", Stop);
        await StatusAsync(node, id, OrchestrationRuntimeStatus.Suspended);
        await node.Client.RaiseEventAsync(id, "a", "A", Stop);
        await node.Client.RaiseEventAsync(id, "b", "B", Stop);
        await node.UntilQuietAsync(id, historyLength: 5);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await node.Client.GetInstanceAsync(id, Stop))!.RuntimeStatus);
        await node.Client.ResumeInstanceAsync(id, cancellation: Stop);
        var end = await node.EndAsync(id);
        Assert.Equal(("AB", "kept"), (end.ReadOutputAs<string>(), end.ReadCustomStatusAs<string>()));
    }

    [Fact]
    public async Task Terminating_ends_at_once_with_the_given_output()
    {
        await using var node = await StartAsync(async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            return null;
        });
        var id = await ScheduleAsync(node);
        await node.Client.TerminateInstanceAsync(id, new { why = "x" }, Stop);
        var end = await node.EndAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, """{"why":"x"}"""), (end.RuntimeStatus, end.SerializedOutput));
        Assert.Null(end.FailureDetails);
        await node.Client.TerminateInstanceAsync(id, Stop);   // an ended instance: nothing happens
        await node.Client.SuspendInstanceAsync(id, cancellation: Stop);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.Client.GetInstanceAsync(id, Stop))!.RuntimeStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Terminating_includes_children_when_asked(bool recursive)
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), new LambdaFunctions()
            .Orchestrator("Main", context => context.CallSubOrchestratorAsync("Middle",
                options: new TaskOptions().WithInstanceId("middle")))
            .Orchestrator("Middle", context => context.CallSubOrchestratorAsync("Leaf", options: new TaskOptions().WithInstanceId("leaf")))
            .Orchestrator("Leaf", context => context.WaitForExternalEvent<object>("never")));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Main", Stop);
        using (var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
            await node.Client.WaitForInstanceStartAsync("leaf", deadline.Token);
        await node.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("why", recursive), Stop);
        await node.EndAsync(id);
        if (recursive) Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.EndAsync("leaf")).RuntimeStatus);
        else Assert.Equal(OrchestrationRuntimeStatus.Running, (await node.Client.GetInstanceAsync("leaf", Stop))!.RuntimeStatus);
    }

    private static Task StatusAsync(TestNode node, string id, OrchestrationRuntimeStatus status) =>
        TestNode.UntilAsync(async () => (await node.Client.GetInstanceAsync(id, Stop))?.RuntimeStatus == status);
}

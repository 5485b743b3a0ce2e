using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>What clients can start, see, purge and restart.</summary>
public sealed class ClientTests(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static LambdaFunctions Functions => new LambdaFunctions()
        .Orchestrator("Quick", context => Task.FromResult(context.GetInput<string>()))
        .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("go"));

    private Task<TestNode> StartAsync() => TestNode.StartAsync(postgres.CreateDatabase(), Functions);

    [Fact]
    public async Task An_id_of_a_running_instance_is_refused_and_of_an_ended_one_taken_over()
    {
        await using var node = await StartAsync();
        var options = new StartOrchestrationOptions("one");
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", options, Stop);
        var refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Quick", options, Stop));
        Assert.StartsWith("An orchestration with id 'one' already exists. It's in the ", refused.Message);
        await node.Client.TerminateInstanceAsync("one", Stop);
        await node.EndAsync("one");
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Quick", "second", options, Stop);
        Assert.Equal("second", (await node.EndAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_many_starts_at_once_each_is_answered_for_itself()
    {
        await using var node = await StartAsync();
        var tooLong = string.Concat(Enumerable.Range(0, 500).Select(_ => Guid.NewGuid().ToString("N")));   // for the index of ids
        var starts = Enumerable.Range(0, 300).Select(i => node.Client.ScheduleNewOrchestrationInstanceAsync(
            i % 10 == 0 ? "Waits" : "Quick", $"{i}",
            new StartOrchestrationOptions(i == 299 ? tooLong : i % 10 == 0 ? "same" : $"s{i}"), Stop));
        var answers = await Task.WhenAll(starts.Select(start => Record.ExceptionAsync(() => start).AsTask()));
        Assert.Equal(29, answers.Count(error => error is OrchestrationAlreadyExistsException));
        Assert.Equal(1, answers.Count(error => error is not (null or OrchestrationAlreadyExistsException)));
        Assert.NotNull(answers[299]);
        for (var i = 0; i < 299; i++)
            if (i % 10 != 0) Assert.Equal($"{i}", (await node.EndAsync($"s{i}")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_start_may_name_the_statuses_that_refuse_it()
    {
        await using var node = await StartAsync();
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated);
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", options, Stop);
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", options, Stop);   // replaces the running one
        await node.Client.TerminateInstanceAsync("one", Stop);
        await node.EndAsync("one");
        var refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Quick", options, Stop));
        Assert.Equal("An orchestration with id 'one' already exists. It's in the Terminated state.", refused.Message);
        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Quick", options with { DedupeStatuses = ["Gone"] }, Stop));
    }

    [Fact]
    public async Task A_start_may_lie_in_the_future_and_carries_tags_and_version()
    {
        var clock = new ShiftedClock();
        await using var node = await TestNode.StartAsync(
            postgres.CreateDatabase(), Functions, configure: services => services.AddSingleton<TimeProvider>(clock));
        var startAt = clock.GetUtcNow().AddHours(1);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Quick", "x", new StartOrchestrationOptions
        {
            StartAt = startAt, Tags = new Dictionary<string, string> { ["team"] = "blue" }, Version = "1.5",
        }, Stop);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await node.Client.GetInstanceAsync(id, Stop))!.RuntimeStatus);
        clock.Shift = TimeSpan.FromHours(1);
        var end = await node.EndAsync(id);
        Assert.True(end.LastUpdatedAt >= startAt.AddMilliseconds(-1));
        Assert.Equal("blue", end.Tags["team"]);
    }

    [Fact]
    public async Task An_unknown_instance_is_null_and_its_end_is_waited_for()
    {
        await using var node = await StartAsync();
        Assert.Null(await node.Client.GetInstanceAsync("none", Stop));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.Client.WaitForInstanceCompletionAsync("none", soon.Token));
    }

    [Fact]
    public async Task Payloads_that_were_not_asked_for_cannot_be_read()
    {
        await using var node = await StartAsync();
        var end = await node.RunAsync("Quick", "x");
        var bare = (await node.Client.GetInstanceAsync(end.InstanceId, Stop))!;
        Assert.Throws<InvalidOperationException>(() => bare.ReadOutputAs<string>());
        Assert.Null(bare.SerializedOutput);
    }

    [Theory]
    [InlineData("@counter@one")]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task Ids_of_entities_and_unstorable_ids_are_refused(string id)
    {
        await using var node = await StartAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => node.Client.GetInstanceAsync(id, Stop));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => node.Client.RaiseEventAsync(id, "e", Stop));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => node.Client.TerminateInstanceAsync(id, Stop));
        if (id != "")
            await Assert.ThrowsAnyAsync<ArgumentException>(
                () => node.Client.ScheduleNewOrchestrationInstanceAsync("Quick", new StartOrchestrationOptions(id), Stop));
    }

    [Fact]
    public async Task A_query_pages_through_what_its_filter_lets_pass()
    {
        await using var node = await StartAsync();
        var before = DateTimeOffset.UtcNow.AddSeconds(-5);
        for (var i = 0; i < 7; i++) await node.Client.ScheduleNewOrchestrationInstanceAsync("Quick",
            new StartOrchestrationOptions($"q{i}"), Stop);
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"), Stop);
        for (var i = 0; i < 7; i++) await node.EndAsync($"q{i}");
        var pages = new List<int>();
        var query = new OrchestrationQuery(before, Statuses: [OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: "q", PageSize: 3);
        var ids = new List<string>();
        await foreach (var page in node.Client.GetAllInstancesAsync(query).AsPages())
        {
            pages.Add(page.Values.Count);
            ids.AddRange(page.Values.Select(instance => instance.InstanceId));
        }
        Assert.Equal([3, 3, 1], pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"q{i}"), ids);
        Assert.Empty(await ListAsync(node, query with { CreatedTo = before }));
        Assert.Equal(8, (await ListAsync(node, new())).Count);
        var listed = await node.Client.ListInstanceIdsAsync(pageSize: 5, lastInstanceKey: "q1", cancellation: Stop);
        Assert.Equal(["q2", "q3", "q4", "q5", "q6"], listed.Values);
    }

    [Fact]
    public async Task A_purge_removes_ended_instances_once_and_leaves_running_ones()
    {
        await using var node = await StartAsync();
        var end = await node.RunAsync("Quick", "x");
        var waits = await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", Stop);
        Assert.Equal(1, (await node.Client.PurgeInstanceAsync(end.InstanceId, Stop)).PurgedInstanceCount);
        Assert.Equal(0, (await node.Client.PurgeInstanceAsync(end.InstanceId, Stop)).PurgedInstanceCount);
        Assert.Equal(0, (await node.Client.PurgeInstanceAsync(waits, Stop)).PurgedInstanceCount);
        Assert.Null(await node.Client.GetInstanceAsync(end.InstanceId, Stop));
        for (var i = 0; i < 3; i++) await node.RunAsync("Quick");
        var purged = await node.Client.PurgeAllInstancesAsync(new(DateTimeOffset.UtcNow.AddMinutes(-5)), Stop);
        Assert.Equal((3, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.NotNull(await node.Client.GetInstanceAsync(waits, Stop));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task A_purge_includes_children_when_asked(bool recursive, int purged)
    {
        await using var node = await TestNode.StartAsync(postgres.CreateDatabase(), new LambdaFunctions()
            .Orchestrator("Main", context => context.CallSubOrchestratorAsync("Middle"))
            .Orchestrator("Middle", context => context.CallSubOrchestratorAsync("Leaf"))
            .Orchestrator("Leaf", context => Task.CompletedTask));
        var end = await node.RunAsync("Main");
        var result = await node.Client.PurgeInstanceAsync(end.InstanceId, new PurgeInstanceOptions(recursive), Stop);
        Assert.Equal((purged, 3 - purged), (result.PurgedInstanceCount, (await ListAsync(node, new())).Count));
    }

    [Fact]
    public async Task An_ended_instance_is_restarted_with_its_input_under_its_own_or_a_new_id()
    {
        await using var node = await StartAsync();
        var end = await node.RunAsync("Quick", "again");
        var fresh = await node.Client.RestartAsync(end.InstanceId, restartWithNewInstanceId: true, Stop);
        Assert.NotEqual(end.InstanceId, fresh);
        Assert.Equal("again", (await node.EndAsync(fresh)).ReadOutputAs<string>());
        Assert.Equal(end.InstanceId, await node.Client.RestartAsync(end.InstanceId, cancellation: Stop));
        Assert.Equal("again", (await node.EndAsync(end.InstanceId)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.RestartAsync("none", cancellation: Stop));
        var waits = await node.Client.ScheduleNewOrchestrationInstanceAsync("Waits", Stop);
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.RestartAsync(waits, cancellation: Stop));
    }

    [Fact]
    public async Task Hubs_share_a_database_and_do_not_see_each_other()
    {
        var database = postgres.CreateDatabase();
        await using var blue = await TestNode.StartAsync(database, Functions, new() { HubName = "blue" });
        await using var red = await TestNode.StartAsync(database, Functions, new() { HubName = "red" });
        await blue.Client.ScheduleNewOrchestrationInstanceAsync("Quick", "b", new StartOrchestrationOptions("same"), Stop);
        await red.Client.ScheduleNewOrchestrationInstanceAsync("Quick", "r", new StartOrchestrationOptions("same"), Stop);
        Assert.Equal("b", (await blue.EndAsync("same")).ReadOutputAs<string>());
        Assert.Equal("r", (await red.EndAsync("same")).ReadOutputAs<string>());
    }

    private static async Task<List<OrchestrationMetadata>> ListAsync(TestNode node, OrchestrationQuery query)
    {
        var found = new List<OrchestrationMetadata>();
        await foreach (var instance in node.Client.GetAllInstancesAsync(query)) found.Add(instance);
        return found;
    }
}

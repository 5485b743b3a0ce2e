using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>
/// Middleware is around each turn of an orchestrator, outside of its replay, and around each run of an activity.
/// https://github.com/Azure/azure-functions-durable-extension/tree/main/src/Worker.Extensions.DurableTask/Execution
/// </summary>
public sealed class DurableMiddlewareTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Middleware_runs_around_every_turn_and_every_activity_and_may_wait()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware(async (context, next) =>
        {
            var seen = context.InstanceServices.GetRequiredService<Seen>();
            seen.Add($"{context.FunctionDefinition.Name} before");
            await Task.Delay(5, Stopping);
            await next();
            await Task.Delay(5, Stopping);
            seen.Add($"{context.FunctionDefinition.Name} after");
        }));
        var end = await RunAsync(host, "Sum");
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 3), (end.RuntimeStatus, end.ReadOutputAs<int>()));
        string[] turn = ["Sum before", "Sum after"], activity = ["Add before", "Add after"];
        Assert.Equal([.. turn, .. activity, .. turn, .. activity, .. turn], host.Seen.Lines);
    }

    [Fact]
    public async Task A_turn_has_a_context_and_a_scope_of_its_own_which_middleware_and_orchestrator_share()
    {
        await using var host = await StartAsync(builder =>
        {
            builder.Services.AddScoped<Tracked>();
            builder.UseWhen(context => context.FunctionDefinition.Name == "Show", async (context, next) =>
            {
                context.Items["item"] = context.InstanceServices.GetRequiredService<Tracked>();
                await next();
            });
        });
        Assert.Equal("mine", (await RunAsync(host, "Show")).ReadOutputAs<string>());
        await host.Seen.UntilAsync(lines => lines.Count == 2);
        Assert.Equal(["disposed", "disposed"], host.Seen.Lines);
    }

    [Fact]
    public async Task An_orchestrator_that_fails_does_not_fail_its_middleware()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware(async (context, next) =>
        {
            await next();
            context.InstanceServices.GetRequiredService<Seen>().Add("no exception");
        }));
        var end = await RunAsync(host, "Fail");
        Assert.Equal("System.FormatException: not so", $"{end.FailureDetails!.ErrorType}: {end.FailureDetails.ErrorMessage}");
        Assert.Equal(["no exception"], host.Seen.Lines);
    }

    [Theory]
    [InlineData(true, "the middleware is broken")]
    [InlineData(false, "Middleware kept a turn of orchestrator 'Sum' from running. Let it call next for orchestrators.")]
    public async Task Middleware_that_fails_or_stops_a_turn_fails_the_instance(bool fails, string message)
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware(
            (_, _) => fails ? throw new InvalidOperationException("the middleware is broken") : Task.CompletedTask));
        var end = await RunAsync(host, "Sum");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, message), (end.RuntimeStatus, end.FailureDetails!.ErrorMessage));
    }

    [Fact]
    public async Task An_input_that_is_not_what_the_activity_takes_fails_it_inside_its_middleware()
    {
        await using var host = await StartAsync(builder => builder.UseWhen(
            context => context.FunctionDefinition.Name == "Add", async (context, next) =>
            {
                var seen = context.InstanceServices.GetRequiredService<Seen>();
                try
                {
                    await next();
                }
                catch (InvalidOperationException failure)
                {
                    seen.Add(failure.InnerException!.GetType().Name);
                    throw;
                }
            }));
        var end = await RunAsync(host, "Poison");
        var failure = end.FailureDetails!.InnerFailure!;
        Assert.Equal(
            (OrchestrationRuntimeStatus.Failed, "System.InvalidOperationException", "System.Text.Json.JsonException"),
            (end.RuntimeStatus, failure.ErrorType, failure.InnerFailure!.ErrorType));
        Assert.StartsWith("The input of activity 'Add' is not a System.Int32: ", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(["JsonException"], host.Seen.Lines);
        Assert.Contains(host.Log.Lines, line => line is { Category: "Function.Add", Failure: not null });
    }

    private Task<TestHost> StartAsync(Action<FunctionsApplicationBuilder> configure) => TestHost.StartAsync(
        [typeof(Sums)], settings: new() { ["LocalHost:Postgres"] = postgres.CreateDatabase() }, configure: configure);

    private static async Task<OrchestrationMetadata> RunAsync(TestHost host, string orchestrator)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, deadline.Token);
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, deadline.Token);
    }

    public sealed class Tracked(Seen seen) : IDisposable
    {
        public void Dispose() => seen.Add("disposed");
    }

    public sealed class Sums
    {
        [Function("Sum")]
        public static async Task<int> Sum([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var one = await context.CallActivityAsync<int>("Add", 0);
            return one + await context.CallActivityAsync<int>("Add", 1);
        }

        [Function("Show")]
        public static async Task<string> Show([OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext function)
        {
            await context.CallActivityAsync<int>("Add", 0);
            return function.Items["item"] == function.InstanceServices.GetRequiredService<Tracked>() ? "mine" : "another's";
        }

        [Function("Fail")]
        public static Task Fail([OrchestrationTrigger] TaskOrchestrationContext context) => throw new FormatException("not so");

        [Function("Poison")]
        public static Task<int> Poison([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<int>("Add", "three");

        [Function("Add")]
        public static int Add([ActivityTrigger] int number) => number + 1;
    }
}

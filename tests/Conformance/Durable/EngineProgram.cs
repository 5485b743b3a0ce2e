using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pipeline.LocalHost.Durable;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>An engine in a process of its own, to be killed: <c>engine &lt;connection string&gt; &lt;activity milliseconds&gt;</c>.</summary>
internal static class EngineProgram
{
    public const string Verb = "engine";

    public static DurableOptions Options { get; } = new() { Lease = TimeSpan.FromSeconds(2), MaxConcurrentActivityFunctions = 4 };

    public static async Task<int> RunAsync(string database, TimeSpan activity)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Services.AddSingleton<IDurableFunctions>(Functions(NpgsqlDataSource.Create(database), activity));
        builder.Services.AddLogging();
        builder.Services.AddDurableEngine(Options, database);
        await builder.Build().RunAsync();
        return 0;
    }

    /// <summary>Ten squares, five one after the other and five at once; every run is written to the side table <c>ran</c>.</summary>
    public static LambdaFunctions Functions(NpgsqlDataSource database, TimeSpan activity) => new LambdaFunctions()
        .Orchestrator("Squares", async context =>
        {
            var sum = 0;
            for (var i = 0; i < 5; i++) sum += await context.CallActivityAsync<int>("Square", context.GetInput<int>() + i);
            var rest = Enumerable.Range(5, 5).Select(i => context.CallActivityAsync<int>("Square", context.GetInput<int>() + i));
            return sum + (await Task.WhenAll(rest)).Sum();
        })
        .ActivityAsync<int, int>("Square", async (value, call, cancellation) =>
        {
            // "again" says whether a completion of this very task was already committed when it ran.
            await using var command = database.CreateCommand(
                """
                INSERT INTO ran (instance, task, again)
                SELECT $1, $2, EXISTS (SELECT FROM localhost.history h WHERE h.instance = i.key AND h.task = $2 AND h.kind = 3)
                    OR EXISTS (SELECT FROM localhost.message m WHERE m.instance = i.key AND m.task = $2 AND m.kind = 3)
                FROM localhost.instance i WHERE i.id = $1
                """);
            command.Parameters.Add(new() { Value = call.InstanceId });
            command.Parameters.Add(new() { Value = call.TaskId });
            await command.ExecuteNonQueryAsync(cancellation);
            await Task.Delay(activity, cancellation);
            return value * value;
        });

    public static int Expected(int input) => Enumerable.Range(input, 10).Sum(value => value * value);
}

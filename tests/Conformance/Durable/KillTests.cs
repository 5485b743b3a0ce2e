using System.Diagnostics;
using Microsoft.DurableTask.Client;
using Npgsql;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>An engine that is killed at any moment loses nothing and repeats nothing that was committed.</summary>
public sealed class KillTests(PostgresServer postgres)
{
    private const string Open = "SELECT count(*) FROM localhost.instance WHERE completed_at IS NULL";

    private const string Ran = "SELECT count(*) FROM ran";

    private static readonly bool Long = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1";

    // Long enough that the work lasts as long as the killing does.
    private static readonly string ActivityMilliseconds = Long ? "30" : "5";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_orchestrations_survive_kill_9_at_random_moments()
    {
        const int Count = 1_000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var database = postgres.CreateDatabase();
        await using var source = NpgsqlDataSource.Create(database);
        await ExecuteAsync(source, "CREATE TABLE ran (instance text NOT NULL, task int NOT NULL, again boolean NOT NULL)");
        await using (var starter = await TestNode.StartAsync(database, new LambdaFunctions(), EngineProgram.Options with
        {
            MaxConcurrentOrchestratorFunctions = 0,   // schedules only
        }))
            await Parallel.ForEachAsync(Enumerable.Range(0, Count), Stop, async (i, stop) =>
                await starter.Client.ScheduleNewOrchestrationInstanceAsync("Squares", i, new($"s{i}"), stop));
        for (var kills = Long ? 50 : 6; kills > 0; kills--)
        {
            var before = (long)(await ScalarAsync(source, Ran))!;
            using var engine = StartEngine(database);
            try
            {
                // Every other one not before it works, however slow the machine is; the rest may die while they start.
                if (kills % 2 == 0)
                    await TestNode.UntilAsync(async () =>
                        (long)(await ScalarAsync(source, Ran))! > before || (long)(await ScalarAsync(source, Open))! == 0);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 4_000)), Stop);
                TestContext.Current.TestOutputHelper.WriteLine(
                    $"killed with {await ScalarAsync(source, Open)} orchestrations open, "
                    + $"{await ScalarAsync(source, Ran)} activities begun");
            }
            finally
            {
                engine.Kill();
            }
            await engine.WaitForExitAsync(Stop);
        }
        using var last = StartEngine(database);
        try
        {
            await TestNode.UntilAsync(async () => (long)(await ScalarAsync(source, Open))! == 0, TimeSpan.FromMinutes(10));
        }
        finally
        {
            last.Kill();
        }
        Assert.Equal(0L, await ScalarAsync(source, "SELECT count(*) FROM ran WHERE again"));
        Assert.Equal(Count * 10L, await ScalarAsync(source, "SELECT count(DISTINCT (instance, task)) FROM ran"));
        Assert.Equal(Count * 10L, await ScalarAsync(source, "SELECT count(*) FROM localhost.history WHERE kind = 3"));
        await using var reader = await source.CreateCommand(
            "SELECT input::int, output::int, status FROM localhost.instance").ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop))
        {
            Assert.Equal((short)OrchestrationRuntimeStatus.Completed, reader.GetInt16(2));
            Assert.Equal(EngineProgram.Expected(reader.GetInt32(0)), reader.GetInt32(1));
        }
    }

    private static Process StartEngine(string database) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [EngineProgram.Verb, database, ActivityMilliseconds]))!;

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }
}

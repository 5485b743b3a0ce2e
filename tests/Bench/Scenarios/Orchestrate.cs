using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using Npgsql;
using Pipeline.Tests.Bench.Scenarios.Orchestrations;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>
/// Orchestrations of ten activities, chained and fanned out, on one node of the durable engine over a PostgreSQL that syncs to disk;
/// the clock runs from the first start by a client until the last instance ended.
/// </summary>
internal static class Orchestrate
{
    private const string PeerName = "one transaction per activity";

    /// <returns>The exit code: 1 when a result is wrong.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var server = PostgresServer.Durable();
        var instances = options.Check ? 50 : 1_000;
        foreach (var shape in (string[])[BenchFunctions.Chain, BenchFunctions.FanOut])
        {
            if (await MeasureAsync(server, shape, 100) is null) return 1;   // compiles, and fills the server's caches
            Run? ours = null, peers = null;
            for (var round = 0; round < options.Rounds; round++)
            {
                if (await MeasureAsync(server, shape, instances) is not { } measured) return 1;
                ours = Faster(ours, measured);
                peers = Faster(peers, await MeasurePeerAsync(server, instances, measured.Connections));
            }
            Console.WriteLine(options.Json ? ToJson(shape, ours!, peers!) : ToText(shape, ours!, peers!));
        }
        if (options.Check || options.Json) return 0;
        return await Histories.RunAsync(server) ? 0 : 1;
    }

    private static Run Faster(Run? best, Run next) => best is null || next.Seconds < best.Seconds ? next : best;

    private static async Task<Run?> MeasureAsync(PostgresServer server, string shape, int instances)
    {
        var database = server.CreateDatabase();
        await using var source = NpgsqlDataSource.Create(database);
        await using var node = await BenchNode.StartAsync(database, new());
        var run = await Run.OfAsync(source, instances * BenchFunctions.Activities, async watch =>
        {
            await Task.WhenAll(Enumerable.Range(0, instances).Select(i => node.Client.ScheduleNewOrchestrationInstanceAsync(shape, i)));
            var scheduled = watch.Elapsed.TotalSeconds;
            while (await OpenAsync(source) > 0) await Task.Delay(5);
            return scheduled;
        });
        return await AllRightAsync(node.Client, instances) ? run : null;
    }

    private static async Task<Run> MeasurePeerAsync(PostgresServer server, int instances, int connections)
    {
        var database = server.CreateDatabase();
        await using var source = NpgsqlDataSource.Create(database);
        await using var peer = new PlainSteps(database, connections);
        await peer.PrepareAsync();
        return await Run.OfAsync(source, instances * BenchFunctions.Activities, async watch =>
        {
            await peer.RunAsync(instances);
            return 0;
        });
    }

    private static async Task<long> OpenAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM localhost.instance WHERE completed_at IS NULL");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> AllRightAsync(DurableTaskClient client, int instances)
    {
        var inputs = new HashSet<int>();
        await foreach (var end in client.GetAllInstancesAsync(new() { FetchInputsAndOutputs = true, PageSize = 1_000 }))
        {
            var input = end.ReadInputAs<int>();
            if (end.RuntimeStatus == OrchestrationRuntimeStatus.Completed && inputs.Add(input)
                && end.ReadOutputAs<long>() == BenchFunctions.Expected(input)) continue;
            Console.Error.WriteLine($"Instance {end.InstanceId} of input {input} is wrong: {end.RuntimeStatus}, {end.SerializedOutput}.");
            return false;
        }
        if (inputs.Count == instances) return true;
        Console.Error.WriteLine($"{inputs.Count} instances are there; {instances} were started.");
        return false;
    }

    private static string ToText(string shape, Run ours, Run peers) => string.Create(CultureInfo.InvariantCulture,
        $"orchestrate, {shape}: {ours.PerSecond:F0} activities/s ({ours.Activities} in {ours.Seconds:F2} s, starts stored in "
        + $"{ours.Scheduling:F2} s); {Cpu(ours)}; {ours.AllocatedBytes / 1e3 / ours.Activities:F1} kB allocated an activity; {PeerName}, "
        + $"{peers.Connections} connections: {peers.PerSecond:F0} activities/s; {Cpu(peers)}; ratio {ours.PerSecond / peers.PerSecond:F2} "
        + $"on the wall, {peers.ServerCpuSeconds / ours.ServerCpuSeconds:F2} by PostgreSQL's CPU");

    private static string Cpu(Run run) => string.Create(CultureInfo.InvariantCulture,
        $"CPU {run.CpuSeconds:F2} s here and {run.ServerCpuSeconds:F2} s in PostgreSQL, "
        + $"{run.CpuOfBoth / run.Seconds / Environment.ProcessorCount:P0} of {Environment.ProcessorCount} cores");

    private static string ToJson(string shape, Run ours, Run peers) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["scenario"] = $"orchestrate-{shape}", ["threads"] = null, ["input_mb"] = null, ["mb_per_s"] = null,
        ["rows_per_s"] = Math.Round(ours.PerSecond),
        ["peak_rss_mb"] = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, 1),
        ["alloc_bytes_per_row"] = ours.AllocatedBytes / ours.Activities, ["output_mb"] = null,
        ["peer"] = PeerName, ["peer_mb_per_s"] = null, ["ratio"] = Math.Round(ours.PerSecond / peers.PerSecond, 3),
        ["cpu_s"] = Math.Round(ours.CpuSeconds, 3), ["peer_cpu_s"] = Math.Round(peers.CpuSeconds, 3),
        ["server_cpu_s"] = Math.Round(ours.ServerCpuSeconds, 3), ["peer_server_cpu_s"] = Math.Round(peers.ServerCpuSeconds, 3),
        ["peer_rows_per_s"] = Math.Round(peers.PerSecond), ["connections"] = ours.Connections,
    });
}

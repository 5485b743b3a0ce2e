using System.Diagnostics;
using Npgsql;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>What one run of the orchestrations, or of the peer, took.</summary>
/// <param name="Scheduling">Seconds until the last of the instances was stored.</param>
/// <param name="CpuSeconds">Of this program: the engine and its client, or the peer.</param>
internal sealed record Run(
    int Activities, double Seconds, double Scheduling, double CpuSeconds, double ServerCpuSeconds, long AllocatedBytes, int Connections)
{
    public double PerSecond => Activities / Seconds;

    public double CpuOfBoth => CpuSeconds + ServerCpuSeconds;

    /// <summary>Measures work that returns how long its scheduling took.</summary>
    public static async Task<Run> OfAsync(NpgsqlDataSource database, int activities, Func<Stopwatch, Task<double>> work)
    {
        GC.Collect();
        var server = await ProgramUse.ServerOfAsync(database);
        var before = ProgramUse.CpuSeconds(server);
        var (cpu, allocated, watch) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var scheduling = await work(watch);
        var seconds = watch.Elapsed.TotalSeconds;
        var cpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        var allocatedBytes = GC.GetTotalAllocatedBytes() - allocated;
        return new(
            activities, seconds, scheduling, cpuSeconds, ProgramUse.CpuSeconds(server) - before, allocatedBytes,
            await ConnectionsAsync(database));
    }

    // All that is open, the engine's listener included; the one that asks is not.
    private static async Task<int> ConnectionsAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        return (int)(await command.ExecuteScalarAsync())!;
    }
}

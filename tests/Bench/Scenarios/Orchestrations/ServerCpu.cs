using System.Globalization;
using Npgsql;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>The CPU time of a PostgreSQL server that runs on this machine.</summary>
internal static class ServerCpu
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of the server and all the programs it started, those that ended included.</summary>
    public static async Task<double> ReadAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        return CpuOf(StatOf(connection.ProcessID)![1]);
    }

    // Programs that ended are in their parent's third and fourth counter.
    private static double CpuOf(long server)
    {
        long ticks = 0;
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!long.TryParse(Path.GetFileName(folder), out var id) || StatOf(id) is not { } stat) continue;
            if (id == server) ticks += stat[11] + stat[12] + stat[13] + stat[14];
            else if (stat[1] == server) ticks += stat[11] + stat[12];
        }
        return ticks / TicksPerSecond;
    }

    // The fields behind the name: [1] is the parent, [11] to [14] are user and system time, its own and its ended children's.
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static long[]? StatOf(long id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Take(15)
                .Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (IOException)
        {
            return null;   // it ended in the meantime
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench;

/// <summary>What programs of this machine have used so far, by the kernel's account.</summary>
/// <remarks>https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html</remarks>
internal static class ProgramUse
{
    private const double TicksPerSecond = 100;

    /// <summary>CPU of this program.</summary>
    public static double OwnCpuSeconds => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>CPU of the programs this one started and that ended.</summary>
    public static double EndedChildrenCpuSeconds => StatOf(Environment.ProcessId) is { } stat ? (stat[13] + stat[14]) / TicksPerSecond : 0;

    /// <summary>CPU of a program and of those it started, ended or not.</summary>
    public static double CpuSeconds(long program)
    {
        long ticks = 0;
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!long.TryParse(Path.GetFileName(folder), out var id) || StatOf(id) is not { } stat) continue;
            if (id == program) ticks += stat[11] + stat[12] + stat[13] + stat[14];
            else if (stat[1] == program) ticks += stat[11] + stat[12];
        }
        return ticks / TicksPerSecond;
    }

    /// <summary>The most memory a program ever had resident.</summary>
    public static double PeakRssMb(long program) => PeakMemory.Bytes(program)!.Value / 1e6;

    /// <summary>The process id of the PostgreSQL server behind a data source; all its other programs are its children.</summary>
    public static async Task<long> ServerOfAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        return StatOf(connection.ProcessID)![1];
    }

    // Fields behind the name: [1] the parent, [11] and [12] user and system time, [13] and [14] those of children that ended.
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

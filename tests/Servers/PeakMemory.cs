using System.Globalization;

namespace Pipeline.Tests.Servers;

/// <summary>The most memory that a running program ever had resident.</summary>
/// <remarks>Not <c>getrusage</c>'s maximum: that one a program inherits from the one that started it.</remarks>
public static class PeakMemory
{
    /// <summary>In bytes, by the kernel's account (VmHWM of https://man7.org/linux/man-pages/man5/proc_pid_status.5.html); null when the
    /// program has ended.</summary>
    public static long? Bytes(long program)
    {
        try
        {
            return File.ReadLines($"/proc/{program}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line => (long?)long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture) * 1024)
                .SingleOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }
}

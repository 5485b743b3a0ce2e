using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Bench;

/// <summary>One run of a scenario.</summary>
/// <param name="Seconds">On the wall.</param>
/// <param name="CpuSeconds">Of the process, all threads: what a loaded machine changes least.</param>
/// <param name="PeakRssMb">The most memory the process ever had resident.</param>
internal sealed record Measurement(
    string Scenario, int Threads, double InputMb, long Rows, double Seconds, double CpuSeconds, double PeakRssMb, double AllocBytesPerRow,
    double OutputMb)
{
    public double MbPerSecond => InputMb / Seconds;

    /// <summary>Measures work that returns the bytes it wrote.</summary>
    public static async Task<Measurement> OfAsync(string scenario, int threads, Sample sample, Func<Task<long>> work)
    {
        GC.Collect();
        var (cpu, allocated, watch) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var outputBytes = await work();
        var seconds = watch.Elapsed.TotalSeconds;
        var cpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        return new(
            scenario, threads, sample.Bytes / 1e6, sample.Records, seconds, cpuSeconds, PeakRss() / 1e6,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / sample.Records, outputBytes / 1e6);
    }

    /// <summary>A line for people, or the one line of JSON that tools read.</summary>
    public string ToText(bool json, string? peerName, Measurement? peer)
    {
        var ratio = peer is null ? (double?)null : MbPerSecond / peer.MbPerSecond;
        if (json)
            return "{" + string.Join(',', [
                $"\"scenario\":\"{Scenario}\"", $"\"threads\":{Threads}", Field("input_mb", InputMb), Field("mb_per_s", MbPerSecond),
                Field("rows_per_s", Rows / Seconds), Field("peak_rss_mb", PeakRssMb), Field("alloc_bytes_per_row", AllocBytesPerRow),
                Field("output_mb", OutputMb), $"\"peer\":{(peerName is null ? "null" : $"\"{peerName}\"")}",
                Field("peer_mb_per_s", peer?.MbPerSecond), Field("ratio", ratio), Field("cpu_s", CpuSeconds),
                Field("peer_cpu_s", peer?.CpuSeconds), Field("peer_peak_rss_mb", peer?.PeakRssMb), Field("peer_output_mb", peer?.OutputMb)]) + "}";
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{Scenario}, {Threads} thread(s): {MbPerSecond:F0} MB/s, {Rows / Seconds / 1e3:F0}k rows/s, {InputMb / CpuSeconds:F0} MB/s of CPU, "
            + $"{AllocBytesPerRow:F1} B allocated a row, peak RSS {PeakRssMb:F0} MB, output {OutputMb:F1} MB");
        return peer is null ? line : line + string.Create(CultureInfo.InvariantCulture,
            $"; {peerName}: {peer.MbPerSecond:F0} MB/s, {peer.InputMb / peer.CpuSeconds:F0} MB/s of CPU, peak RSS {peer.PeakRssMb:F0} MB, "
            + $"output {peer.OutputMb:F1} MB; ratio {ratio:F2} on the wall, {peer.CpuSeconds / CpuSeconds:F2} by CPU");
    }

    /// <remarks>https://man7.org/linux/man-pages/man5/proc_pid_status.5.html</remarks>
    private static long PeakRss() => File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture) * 1024).Single();

    private static string Field(string name, double? value) =>
        value is null ? $"\"{name}\":null" : string.Create(CultureInfo.InvariantCulture, $"\"{name}\":{value:0.###}");
}

using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Bench;

/// <summary>One run of a scenario.</summary>
/// <param name="Seconds">On the wall.</param>
/// <param name="CpuSeconds">Of the measured program, all threads: what a loaded machine changes least.</param>
/// <param name="PeakRssMb">The most memory the program ever had resident; null where nobody looked.</param>
/// <param name="AllocBytesPerRow">Managed memory; null for a program that has none, or that cannot be asked.</param>
internal sealed record Measurement(
    string Scenario, int Threads, double InputMb, long Rows, double Seconds, double CpuSeconds, double? PeakRssMb, double? AllocBytesPerRow,
    double OutputMb)
{
    /// <summary>CPU seconds of other programs that worked for it, by name: a database, a broker.</summary>
    public IReadOnlyDictionary<string, double> OtherCpuSeconds { get; init; } = new Dictionary<string, double>();

    public double MbPerSecond => InputMb / Seconds;

    /// <summary>Of all programs together.</summary>
    public double TotalCpuSeconds => CpuSeconds + OtherCpuSeconds.Values.Sum();

    /// <summary>Measures work that returns the bytes it wrote.</summary>
    public static async Task<Measurement> OfAsync(string scenario, int threads, double inputMb, long rows, Func<Task<long>> work)
    {
        GC.Collect();
        var (cpu, allocated, watch) = (ProgramUse.OwnCpuSeconds, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var outputBytes = await work();
        var seconds = watch.Elapsed.TotalSeconds;
        return new(
            scenario, threads, inputMb, rows, seconds, ProgramUse.OwnCpuSeconds - cpu, ProgramUse.PeakRssMb(Environment.ProcessId),
            (double)(GC.GetTotalAllocatedBytes() - allocated) / rows, outputBytes / 1e6);
    }

    /// <summary>The one that took less CPU.</summary>
    public static Measurement Faster(Measurement? best, Measurement next) =>
        best is null || next.TotalCpuSeconds < best.TotalCpuSeconds ? next : best;

    /// <summary>A line for people, or the one line of JSON that tools read.</summary>
    public string ToText(bool json, string? peerName, Measurement? peer) => json ? ToJson(peerName, peer) : ToSentence(peerName, peer);

    private string ToJson(string? peerName, Measurement? peer) => "{" + string.Join(',', [
        $"\"scenario\":\"{Scenario}\"", $"\"threads\":{Threads}", Field("input_mb", InputMb), Field("mb_per_s", MbPerSecond),
        Field("rows_per_s", Rows / Seconds), Field("peak_rss_mb", PeakRssMb), Field("alloc_bytes_per_row", AllocBytesPerRow),
        Field("output_mb", OutputMb), $"\"peer\":{(peerName is null ? "null" : $"\"{peerName}\"")}",
        Field("peer_mb_per_s", peer?.MbPerSecond), Field("ratio", MbPerSecond / peer?.MbPerSecond), Field("cpu_s", CpuSeconds),
        .. OtherCpuSeconds.Select(other => Field($"{other.Key}_cpu_s", other.Value)), Field("peer_cpu_s", peer?.CpuSeconds),
        .. (peer?.OtherCpuSeconds ?? OtherCpuSeconds).Where(_ => peer is not null).Select(other => Field($"peer_{other.Key}_cpu_s", other.Value)),
        Field("peer_peak_rss_mb", peer?.PeakRssMb), Field("peer_output_mb", peer?.OutputMb)]) + "}";

    private string ToSentence(string? peerName, Measurement? peer)
    {
        var own = string.Create(CultureInfo.InvariantCulture,
            $"{Scenario}, {Threads} thread(s): {MbPerSecond:F0} MB/s, {Rows / Seconds / 1e3:F0}k rows/s, {InputMb / TotalCpuSeconds:F0} MB/s of CPU")
            + Part(AllocBytesPerRow, ", {0:F1} B allocated a row") + Memory() + string.Concat(Others());
        return peer is null ? own : own + string.Create(CultureInfo.InvariantCulture,
            $"; {peerName}: {peer.MbPerSecond:F0} MB/s, {peer.InputMb / peer.TotalCpuSeconds:F0} MB/s of CPU{peer.Memory()}{string.Concat(peer.Others())}; "
            + $"ratio {MbPerSecond / peer.MbPerSecond:F2} on the wall, {peer.TotalCpuSeconds / TotalCpuSeconds:F2} by CPU");
    }

    private string Memory() => Part(PeakRssMb, ", peak RSS {0:F0} MB") + (OutputMb == 0 ? "" : Part(OutputMb, ", output {0:F1} MB"));

    private IEnumerable<string> Others() => OtherCpuSeconds.Select(other => string.Create(
        CultureInfo.InvariantCulture, $", {other.Key} {other.Value:F2} of {TotalCpuSeconds:F2} s of CPU ({other.Value / TotalCpuSeconds:P0})"));

    private static string Part(double? value, string format) => value is null ? "" : string.Format(CultureInfo.InvariantCulture, format, value);

    private static string Field(string name, double? value) =>
        value is null ? $"\"{name}\":null" : string.Create(CultureInfo.InvariantCulture, $"\"{name}\":{value:0.###}");
}

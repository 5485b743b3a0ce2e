using System.Diagnostics;
using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench;

/// <summary>DuckDB in its own process, through <c>peers/duckdb.mjs</c>.</summary>
internal static class Peer
{
    private static string Script => Repository.PathOf("tests", "Bench", "peers", "duckdb.mjs");

    /// <summary>Whether it has something to compare with a scenario.</summary>
    public static bool Plays(string scenario) => scenario is "decode" or "transform";

    public static string LakeOf(Sample sample) => Path.Combine(sample.Folder, "peer-lake");

    /// <summary>Measures it once on the same input.</summary>
    public static Measurement Measure(string scenario, int threads, Sample sample)
    {
        var answer = JsonDocument.Parse(Run("node", Script, scenario, $"{threads}", sample.Input, LakeOf(sample))).RootElement;
        return new(
            scenario, threads, sample.Bytes / 1e6, sample.Records, answer.GetProperty("seconds").GetDouble(),
            answer.GetProperty("cpu_seconds").GetDouble(), answer.GetProperty("peak_rss_mb").GetDouble(), 0,
            answer.GetProperty("output_mb").GetDouble());
    }

    /// <summary>Rows of two lakes, and rows that only one of them has.</summary>
    public static (long Ours, long Peers, long Different) Compare(string lake, string peerLake)
    {
        var answer = JsonDocument.Parse(Run("node", Script, "compare", lake, peerLake)).RootElement;
        return (answer.GetProperty("ours").GetInt64(), answer.GetProperty("peers").GetInt64(), answer.GetProperty("different").GetInt64());
    }

    /// <summary>The last line a program prints.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (child.ExitCode != 0) throw new InvalidOperationException($"{program} ended with exit code {child.ExitCode}: {errors.Result}");
        return output.TrimEnd().Split('\n')[^1];
    }
}

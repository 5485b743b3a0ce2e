using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench;

/// <summary>avsc, which compiles a decoder for each schema, in its own process.</summary>
internal sealed class Avsc : IPeer
{
    private static string Script => Repository.PathOf("tests", "Bench", "peers", "avsc.mjs");

    public string Name => "avsc";

    public bool IsAlwaysThere => false;

    public Measurement Measure(string scenario, int threads, Sample sample, IWorkload workload)
    {
        var answer = Answer("measure", sample.Input);
        return new(
            scenario, threads, workload.InputMb, workload.Rows, answer.GetProperty("seconds").GetDouble(),
            answer.GetProperty("cpu_seconds").GetDouble(), answer.GetProperty("peak_rss_mb").GetDouble(), null, 0);
    }

    /// <summary>Sums of what the file holds: slots, and of each request's and slot's values as <see cref="ColumnSums"/> adds them.</summary>
    public static string Sums(string file) => Answer("sums", file).GetProperty("sums").GetString()!;

    private static JsonElement Answer(params string[] arguments) => JsonDocument.Parse(ChildProgram.Run("node", [Script, .. arguments])).RootElement;
}

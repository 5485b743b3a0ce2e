using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench;

/// <summary>DuckDB in its own process, through <c>peers/duckdb.mjs</c>.</summary>
internal sealed class DuckDb : IPeer
{
    private static string Script => Repository.PathOf("tests", "Bench", "peers", "duckdb.mjs");

    public string Name => "duckdb";

    public bool IsAlwaysThere => false;

    public static string LakeOf(Sample sample) => Path.Combine(sample.Folder, "peer-lake");

    public Measurement Measure(string scenario, int threads, Sample sample, IWorkload workload)
    {
        var input = workload switch
        {
            Scenarios.ParquetFile parquet => parquet.Path,
            Scenarios.Csv csv => csv.Path,
            _ => sample.Input,
        };
        var answer = Answer(scenario, $"{threads}", input, LakeOf(sample));
        return new(
            scenario, threads, workload.InputMb, workload.Rows, answer.GetProperty("seconds").GetDouble(),
            answer.GetProperty("cpu_seconds").GetDouble(), answer.GetProperty("peak_rss_mb").GetDouble(), null,
            answer.GetProperty("output_mb").GetDouble());
    }

    /// <summary>Compares two lakes of user actions by their rows.</summary>
    /// <returns>What differs; null when they have the same rows.</returns>
    public static string? Difference(string lake, string peerLake)
    {
        var answer = Answer("compare", lake, peerLake);
        var (rows, peerRows) = (answer.GetProperty("ours").GetInt64(), answer.GetProperty("peers").GetInt64());
        var different = answer.GetProperty("different").GetInt64();
        return rows == peerRows && different == 0 ? null : $"{rows} rows here, {peerRows} there, {different} in one of both only.";
    }

    /// <summary>Makes the lake that DuckDB makes of the input.</summary>
    public static void MakeLake(Sample sample) => Answer("transform", "1", sample.Input, LakeOf(sample));

    /// <summary>One number for each column of a file as DuckDB reads it, separated by spaces (<see cref="ColumnSums"/>).</summary>
    /// <param name="what">user-actions for NDJSON, csv for clicks, parquet for a Parquet file.</param>
    public static string Sums(string what, string file) => Answer("sums", what, file).GetProperty("sums").GetString()!;

    private static JsonElement Answer(params string[] arguments) => JsonDocument.Parse(ChildProgram.Run("node", [Script, .. arguments])).RootElement;
}

namespace Pipeline.Tests.Bench;

/// <summary>The program <c>zstd</c> at the level of segments: what compressing the same bytes costs without records.</summary>
internal sealed class ZstdProgram : IPeer
{
    public string Name => "zstd -1";

    public bool IsAlwaysThere => true;

    public Measurement Measure(string scenario, int threads, Sample sample, IWorkload workload)
    {
        var output = Path.Combine(sample.Folder, "peer.zst");
        var (_, seconds, cpu) = ChildProgram.Measure("zstd", "-1", "--single-thread", "-q", "-f", sample.Input, "-o", output);
        return new(scenario, 1, workload.InputMb, workload.Rows, seconds, cpu, null, null, new FileInfo(output).Length / 1e6);
    }
}

using System.Globalization;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>
/// A full topic to visible Parquet and merged rows, by the function app as a program of its own: from its first landed segment until
/// all is visible. The broker is librdkafka's mock cluster in this program, PostgreSQL syncs to disk.
/// </summary>
/// <remarks>The peer is kcat, which reads the same topic and throws it away: what the broker and the protocol alone allow.</remarks>
internal static class EndToEnd
{
    private const string PeerName = "kcat";
    private const string Topic = "user-actions";
    private const string Dataset = "user_actions";

    /// <returns>The exit code: 1 when rows are missing or differ.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Peer is not (null or PeerName)) throw new ArgumentException($"e2e has the peer {PeerName}, not '{options.Peer}'.");
        var sample = await Sample.PrepareAsync(options);
        using var server = PostgresServer.Durable();
        Measurement? ours = null, peers = null;
        for (var round = 0; round < options.Rounds; round++)
        {
            using var cluster = new MockKafkaCluster();
            TopicInput.Create(cluster, Topic, sample);
            TopicInput.Produce(cluster, Topic, sample);
            using var app = new FunctionApp(server.CreateDatabase(), cluster.Bootstrap) { Patience = TimeSpan.FromMinutes(30) };
            ours = Measurement.Faster(ours, await MeasureAsync(app, sample));
            peers = Measurement.Faster(peers, MeasurePeer(cluster, sample));
            if (options.Check && Difference(app, sample) is { } difference)
            {
                await Console.Error.WriteLineAsync($"The lake differs from DuckDB's of the same records: {difference}");
                return 1;
            }
        }
        Console.WriteLine(ours!.ToText(options.Json, PeerName, peers));
        return 0;
    }

    private static async Task<Measurement> MeasureAsync(FunctionApp app, Sample sample)
    {
        await using var source = NpgsqlDataSource.Create(app.Database);
        app.Start();
        await app.ReadyAsync(default);
        var server = await ProgramUse.ServerOfAsync(source);
        var (own, broker, postgres) = (ProgramUse.CpuSeconds(app.Id), ProgramUse.OwnCpuSeconds, ProgramUse.CpuSeconds(server));
        await app.SettledAsync(Dataset, sample.Records, default);
        return new(
            "e2e", Environment.ProcessorCount, sample.Bytes / 1e6, sample.Records, await SecondsAsync(source),
            ProgramUse.CpuSeconds(app.Id) - own, ProgramUse.PeakRssMb(app.Id), null,
            Directory.GetFiles(app.Lake, "*.parquet", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) / 1e6)
        {
            OtherCpuSeconds = new Dictionary<string, double>
            {
                ["broker"] = ProgramUse.OwnCpuSeconds - broker, ["postgres"] = ProgramUse.CpuSeconds(server) - postgres,
            },
        };
    }

    // Joining the group takes the broker three seconds whatever there is to read, so the clock starts with the first segment.
    private static async Task<double> SecondsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "SELECT extract(epoch FROM (SELECT max(visible_at) FROM pipeline.publication) - (SELECT min(landed_at) FROM pipeline.segment))");
        return (double)(decimal)(await command.ExecuteScalarAsync())!;
    }

    internal static Measurement MeasurePeer(MockKafkaCluster cluster, Sample sample)
    {
        var broker = ProgramUse.OwnCpuSeconds;
        var (read, seconds, cpu) = ChildProgram.Measure(
            "/bin/sh", "-c", "kcat -C -q -e -b \"$0\" -t \"$1\" -o beginning -f '\\n' | wc -l", cluster.Bootstrap, Topic);
        if (long.Parse(read, CultureInfo.InvariantCulture) != sample.Records)
            throw new InvalidOperationException($"kcat read {read} records of {sample.Records}: the broker dropped some.");
        return new("e2e", 1, sample.Bytes / 1e6, sample.Records, seconds, cpu, null, null, 0)
        {
            OtherCpuSeconds = new Dictionary<string, double> { ["broker"] = ProgramUse.OwnCpuSeconds - broker },
        };
    }

    private static string? Difference(FunctionApp app, Sample sample)
    {
        DuckDb.MakeLake(sample);
        return DuckDb.Difference(app.Lake, DuckDb.LakeOf(sample));
    }
}

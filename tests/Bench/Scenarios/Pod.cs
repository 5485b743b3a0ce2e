using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>
/// What one streams pod lands of a backlog: the function app with the settings of infra/kubernetes and one processor, S3 that takes 60 ms for
/// an answer and PostgreSQL that takes 1 ms and syncs to disk. infra/kubernetes/simulation goes by this figure.
/// </summary>
/// <remarks>The peer is kcat, which reads the same topic with the other processor and throws it away.</remarks>
internal static class Pod
{
    private const string PeerName = "kcat";
    private const string Topic = "user-actions";
    private const string Bucket = "pod";
    private const int Passes = 4;

    private static readonly TimeSpan S3Answers = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan PostgresAnswers = TimeSpan.FromMilliseconds(1);

    // What is a pod's own, or a cluster's.
    private static readonly string[] NotHere = ["Secrets__Folder", "LocalHost__Urls", "KafkaCaLocation", "DOTNET_EnableDiagnostics"];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Peer is not (null or PeerName)) throw new ArgumentException($"pod has the peer {PeerName}, not '{options.Peer}'.");
        if (options.Check) throw new ArgumentException("pod writes no lake to check: e2e --check does.");
        Pin(Environment.ProcessId, 1);
        var sample = await Sample.PrepareAsync(options);
        using var postgres = PostgresServer.Durable();
        using var s3 = new S3Server();
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(s3.AccessKey, s3.SecretKey), new AmazonS3Config { ServiceURL = s3.Endpoint.ToString(), ForcePathStyle = true });
        await client.PutBucketAsync(Bucket);
        using var distantS3 = new DistantServer(s3.Endpoint.Port, S3Answers);
        using var distantPostgres = new DistantServer(postgres.Port, PostgresAnswers);
        Measurement? ours = null, peers = null;
        for (var round = 0; round < options.Rounds; round++)
        {
            using var cluster = new MockKafkaCluster();
            TopicInput.Create(cluster, Topic, sample);
            TopicInput.Produce(cluster, Topic, sample);
            peers = Measurement.Faster(peers, EndToEnd.MeasurePeer(cluster, sample));
            var database = postgres.CreateDatabase();
            using var app = new FunctionApp(database.Replace($"Port={postgres.Port}", $"Port={distantPostgres.Port}", StringComparison.Ordinal),
                cluster.Bootstrap, [.. Deployed(), .. Stored(s3, distantS3, round)]);
            ours = Measurement.Faster(ours, await MeasureAsync(app, cluster, database, sample));
        }
        Console.WriteLine(ours!.ToText(options.Json, PeerName, peers));
        return 0;
    }

    private static IEnumerable<(string Name, string Value)> Deployed() =>
        from file in (string[])["common.env", "streams.env"]
        from line in File.ReadLines(Repository.PathOf("infra", "kubernetes", "base", "settings", file))
        where line.Contains('=', StringComparison.Ordinal) && line[0] != '#'
        let setting = line.Split('=', 2)
        where !NotHere.Contains(setting[0])
        select (setting[0], setting[1]);

    private static (string Name, string Value)[] Stored(S3Server server, DistantServer distant, int round) =>
    [
        ("Segments__Root", $"s3://{Bucket}/{round}/segments"), ("Lake__Root", $"s3://{Bucket}/{round}/lake"),
        ("Quarantine__Root", $"s3://{Bucket}/{round}/quarantine"), ("S3__Endpoint", $"http://127.0.0.1:{distant.Port}"),
        ("S3__Region", "us-east-1"), ("S3__PathStyle", "true"), ("AWS_ACCESS_KEY_ID", server.AccessKey),
        ("AWS_SECRET_ACCESS_KEY", server.SecretKey),
    ];

    // The sample comes again and again; the last time counts. A pod lives for hours, and the first twenty seconds of a .NET program are
    // spent on code that is not compiled well yet. From the first batch that is landed to the last: waiting is no rate's.
    private static async Task<Measurement> MeasureAsync(FunctionApp app, MockKafkaCluster cluster, string database, Sample sample)
    {
        await using var ledger = NpgsqlDataSource.Create(database);
        app.Start();
        Pin(app.Id, 0);
        await app.ReadyAsync(default);
        for (var pass = 1; ; pass++)
        {
            var begun = (DateTime)(await AnswerAsync(ledger, "SELECT clock_timestamp()"))!;
            var cpu = ProgramUse.CpuSeconds(app.Id);
            if (pass > 1) TopicInput.Produce(cluster, Topic, sample);
            const string records = "SELECT coalesce(sum(records), 0)::bigint FROM pipeline.segment";
            await app.EventuallyAsync(async () => (long)(await AnswerAsync(ledger, records))! == pass * sample.Records, default);
            cpu = ProgramUse.CpuSeconds(app.Id) - cpu;
            var landed = await OfPassAsync(ledger, begun);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"pass {pass}: {landed.Mb / landed.Seconds:F1} MB/s, {sample.Bytes / 1e6 / cpu:F1} MB/s of CPU; "
                + $"{sample.Records / landed.Objects:N0} records an object"));
            if (pass == Passes)
                return new("pod", 1, landed.Mb, landed.Records, landed.Seconds, cpu, ProgramUse.PeakRssMb(app.Id), null, landed.OutputMb);
        }
    }

    private static async Task<(double Mb, long Records, double Seconds, long Objects, double OutputMb)> OfPassAsync(
        NpgsqlDataSource ledger, DateTime begun)
    {
        const string statement = """
            WITH landed AS (SELECT *, landed_at > min(landed_at) OVER () AS counts FROM pipeline.segment WHERE landed_at > $1)
            SELECT (sum(raw_bytes) FILTER (WHERE counts))::bigint, (sum(records) FILTER (WHERE counts))::bigint,
                extract(epoch FROM max(landed_at) - min(landed_at))::float8, count(*), sum(object_bytes)::bigint
            FROM landed
            """;
        await using var command = ledger.CreateCommand(statement);
        command.Parameters.AddWithValue(begun);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0) / 1e6, row.GetInt64(1), row.GetDouble(2), row.GetInt64(3), row.GetInt64(4) / 1e6);
    }

    private static async Task<object?> AnswerAsync(NpgsqlDataSource ledger, string statement)
    {
        await using var command = ledger.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    private static void Pin(int program, int processor)
    {
        using var pin = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", $"{processor}", $"{program}"]) { RedirectStandardOutput = true })!;
        pin.StandardOutput.ReadToEnd();
        pin.WaitForExit();
    }
}

using System.Text;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>kill -9 at random moments of a feed: the end state is that of a run nobody disturbed.</summary>
public sealed class KillTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int TopicPartitions = 16;
    private const int Events = 200_000;
    private const int BrokenEvery = 1000;

    private static readonly int Kills = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 100 : 20;

    [Fact]
    public async Task Killing_the_app_at_random_moments_loses_nothing_and_repeats_nothing()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed} (PIPELINE_SEED), {Kills} kills");
        var random = new Random(seed);
        var stopping = TestContext.Current.CancellationToken;
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", TopicPartitions);
        using var producer = new Producer(cluster.Bootstrap, TopicPartitions);
        var database = postgres.CreateDatabase();
        // A short session timeout, so that a killed consumer's topic-partitions are given to its successor within a cycle.
        using var app = new FunctionApp(database, cluster.Bootstrap,
            ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "2000"), ("Publish__MaxAge", "00:00:01"));
        var input = Path.Combine(app.Home, "events.ndjson");
        var records = WriteEvents(input);

        foreach (var portion in records.Chunk(records.Count / Kills + 1))
        {
            app.Start();
            var alive = Task.Delay(random.Next(300, 8000), stopping);
            producer.Produce("user-actions", portion);
            await alive;
            app.Kill();
        }

        app.Start();
        await app.ReadyAsync(stopping);
        var status = await app.SettledAsync("user_actions", records.Count, stopping);

        Assert.Equal(records.Count, status.GetProperty("records_landed").GetInt64());
        Assert.Equal(records.Count, status.GetProperty("rows_in").GetInt64());
        Assert.Equal(Events, status.GetProperty("rows_out").GetInt64());
        Assert.Equal(records.Count - Events, status.GetProperty("rejected").GetInt64());
        Assert.Equal(("0", "0"), UserActionsLake.Differences(app.Lake, input));
        await UserActionsTable.AssertHoldsLatestAsync(database, input, stopping);
        AssertQuarantineHolds(app.Quarantine, records.Count - Events);
        Assert.Empty(LedgerObjects.Unknown(app.Lake, database));
        Assert.Empty(LedgerObjects.Lost(app.Lake, database));
    }

    private static List<byte[]> WriteEvents(string path)
    {
        using (var file = File.Create(path)) UserActionsGenerator.Write(file, new(Events, Seed: 7));
        var records = new List<byte[]>(Events + Events / BrokenEvery);
        foreach (var line in File.ReadLines(path))
        {
            if (records.Count % BrokenEvery == 0) records.Add("{\"timestamp\":\"2023-10-23T"u8.ToArray());
            records.Add(Encoding.UTF8.GetBytes(line));
        }

        return records;
    }

    private static void AssertQuarantineHolds(string quarantine, int records)
    {
        var codes = ParquetReaders.Query($"SELECT code, count(*)::VARCHAR FROM read_ndjson('{quarantine}/user_actions/*.ndjson') GROUP BY code");
        Assert.Equal([["truncated", records.ToString(System.Globalization.CultureInfo.InvariantCulture)]], codes);
    }
}

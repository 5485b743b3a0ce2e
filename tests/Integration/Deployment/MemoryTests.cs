using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Amazon.S3.Model;
using Confluent.Kafka;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Integration.StatusPage;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>What the manifests give the pods that are not measured under load elsewhere is enough after years.</summary>
/// <remarks>Landing of a flow and publishing are measured by the bench (<c>pod</c>, <c>e2e</c>), where their load is.</remarks>
public sealed class MemoryTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Callers = 16;

    private static readonly (int Events, int Calls, int Publications, string MaxAge) Size =
        LargeLedger.IsLong ? (200_000, 16_000, 25_000, "00:00:15") : (3_000, 1_600, 1_000, "00:00:02");

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_http_role_answers_many_at_once_within_its_memory()
    {
        var database = postgres.CreateDatabase();
        await using var ledger = NpgsqlDataSource.Create($"{database};Command Timeout=120");
        await LargeLedger.FillAsync(ledger, Stopping);
        using var pods = new RolePods(database);
        await PublishAsync(pods, ledger);

        var limit = RolePods.MemoryLimits("http")[0];
        using var http = pods.Start("http", "127.0.0.1:1", RolePods.HeapOf(limit));
        await http.ReadyAsync(Stopping);
        string[] paths =
        [
            "/", "/api/status", "/api/datasets", "/api/datasets/ad_performance",
            $"/api/datasets/clicks/days?to={DateTime.UtcNow:yyyy-MM-dd}",
            "/api/datasets/user_actions/rows?limit=100", "/api/publications?limit=100", "/api/publications?dataset=clicks&before=10000",
            "/api/orchestrations", "/api/alerts?state=all", "/api/quarantine/user_actions", "/api/backfills", "/metrics",
        ];
        var (next, bytes) = (-1, 0L);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
            async () =>
            {
                for (var call = Interlocked.Increment(ref next); call < Size.Calls; call = Interlocked.Increment(ref next))
                {
                    using var asked = new HttpRequestMessage(HttpMethod.Get, paths[call % paths.Length]);
                    asked.Headers.Add("x-functions-key", "default");
                    using var answer = await http.Http.SendAsync(asked, Stopping);
                    Assert.True(answer.IsSuccessStatusCode, $"{asked.RequestUri}: {answer.StatusCode}");
                    Interlocked.Add(ref bytes, (await answer.Content.ReadAsByteArrayAsync(Stopping)).Length);
                }
            }, Stopping)));
        using var program = Process.GetProcessById(http.Id);
        Within(limit, PeakMemory.Bytes(http.Id)!.Value,
            $"http role, {Size.Calls:N0} calls by {Callers} at once, {bytes / 1e6:N0} MB answered, "
            + $"{program.TotalProcessorTime.TotalSeconds:N1} s of CPU");
    }

    [Fact]
    public async Task Verbs_of_upkeep_go_through_a_large_lake_within_their_memory()
    {
        using var s3 = new S3Server();
        var database = postgres.CreateDatabase();
        await using var ledger = NpgsqlDataSource.Create($"{database};Command Timeout=120");
        using var pods = new RolePods(database);
        var bucket = $"b{Guid.NewGuid():N}";
        using var app = pods.Prepare("http", "127.0.0.1:1",
            ("AWS_ACCESS_KEY_ID", s3.AccessKey), ("AWS_SECRET_ACCESS_KEY", s3.SecretKey), ("S3__Endpoint", s3.Endpoint.ToString()),
            ("S3__Region", "us-east-1"), ("S3__PathStyle", "true"), ("Lake__Root", $"s3://{bucket}/lake"),
            ("Segments__Root", $"s3://{bucket}/segments"));
        await RunWithinAsync(RolePods.MemoryLimits("migrate")[0], app, "migrate");
        await FillAsync(ledger, s3, bucket);

        var limits = RolePods.MemoryLimits("upkeep");
        await RunWithinAsync(limits[0], app, "status");
        var answer = await RunWithinAsync(limits[1], app, "reconcile");
        Assert.True(answer.GetProperty("consistent").GetBoolean());
        Assert.Equal(Size.Publications * 4, answer.GetProperty("objects").GetInt64());
    }

    [Fact]
    public async Task The_streams_role_reads_back_what_a_ledger_far_behind_lacks_within_its_memory()
    {
        const int TopicPartitions = 24, RecordBytes = 4000;
        var records = TopicPartitions * (LargeLedger.IsLong ? 20_000 : 10_000);
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", TopicPartitions);
        using var producer = new Producer(cluster.Bootstrap, TopicPartitions);
        producer.Produce("user-actions", Enumerable.Range(0, records).Select(i => Encoding.UTF8.GetBytes($"{i}".PadRight(RecordBytes))));
        CommitAtTheEnd(cluster, TopicPartitions, records / TopicPartitions);

        var database = postgres.CreateDatabase();
        await using var ledger = NpgsqlDataSource.Create(database);
        using var pods = new RolePods(database);
        var limit = RolePods.MemoryLimits("streams")[0];
        using var streams = pods.Start("streams", cluster.Bootstrap, RolePods.HeapOf(limit));
        await streams.ReadyAsync(Stopping);
        producer.Produce("user-actions", Enumerable.Range(0, TopicPartitions).Select(_ => "new"u8.ToArray()));
        await streams.EventuallyAsync(async () => (await Given.QueryAsync(
            ledger, "SELECT coalesce(sum(records), 0)::bigint FROM pipeline.segment", row => row.GetInt64(0)))[0] == records + TopicPartitions, Stopping);
        Within(limit, PeakMemory.Bytes(streams.Id)!.Value, $"streams role, {(long)records * RecordBytes / 1e6:N0} MB read back");
    }

    // As a group is whose ledger was restored from a backup, or is new.
    private static void CommitAtTheEnd(MockKafkaCluster cluster, int topicPartitions, int offset)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = cluster.Bootstrap, GroupId = RolePods.Settings("streams")["KafkaGroup"],
        }).Build();
        consumer.Commit(Enumerable.Range(0, topicPartitions).Select(number => new TopicPartitionOffset("user-actions", number, offset)));
    }

    private void Within(long limit, long peak, string what)
    {
        output.WriteLine($"{what}: at most {peak / 1e6:N0} MB resident of {limit / 1e6:N0} MB");
        Assert.InRange(peak, 1, limit);
    }

    // Objects of the lake that rows can be shown of.
    private static async Task PublishAsync(RolePods pods, NpgsqlDataSource ledger)
    {
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 2);
        using var producer = new Producer(cluster.Bootstrap, 2);
        using var events = new MemoryStream();
        UserActionsGenerator.Write(events, new(Size.Events, Seed: 8));
        using var streams = pods.Start("streams", cluster.Bootstrap);
        using var orchestration = pods.Start("orchestration", cluster.Bootstrap, ("Publish__MaxAge", Value: Size.MaxAge));
        foreach (var app in (FunctionApp[])[streams, orchestration]) await app.ReadyAsync(Stopping);
        producer.Produce("user-actions",
            Encoding.UTF8.GetString(events.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes));
        await orchestration.EventuallyAsync(async () => (await Given.QueryAsync(ledger, $"""
            SELECT coalesce(sum(rows_in), 0)::bigint FROM pipeline.publication WHERE id > {LargeLedger.Publications} AND state = 'visible'
            """, row => row.GetInt64(0)))[0] == Size.Events, Stopping);
    }

    // A publication an hour of three objects and one segment, all of them there.
    private static async Task FillAsync(NpgsqlDataSource ledger, S3Server s3, string bucket)
    {
        await Given.ExecuteAsync(ledger, $$"""
            INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, rows_in, rows_out, rows_duplicate, rows_rejected,
                min_event_time, max_event_time, planned_at, committed_at, visible_at)
            SELECT 'user_actions', 1, 'visible', 1000, 3, 3, 0, 0, at, at, at, at, at
            FROM (SELECT now() - n * interval '1 hour' AS at FROM generate_series(1, {{Size.Publications}}) AS n) AS made;
            INSERT INTO pipeline.lake_object (
                publication_id, dataset, role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, state)
            SELECT id, dataset, 'data',
                dataset || '/event_date=' || committed_at::date || '/event_name=view/' || id || '-' || n || '.parquet',
                committed_at::date, 1, 1, '', '', '{}', 'visible'
            FROM pipeline.publication, generate_series(1, 3) AS n;
            INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
            SELECT dataset, 'user-actions-0-g1', int8range(id * 3, (id + 1) * 3), 1,
                dataset || '/user-actions-0-g1/' || id || '.zst', 3, 1000, 1, 'published', committed_at FROM pipeline.publication;
            """);
        using var client = s3.NewClient();
        await client.PutBucketAsync(bucket, Stopping);
        var keys = await Given.QueryAsync(
            ledger, "SELECT 'lake/' || key FROM pipeline.lake_object UNION ALL SELECT 'segments/' || object_key FROM pipeline.segment",
            row => row.GetString(0));
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Stopping },
            async (key, stopping) => await client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = "x", UseChunkEncoding = false }, stopping));
    }

    // Nothing tells of its memory once it has ended: it is asked for until then.
    private async Task<JsonElement> RunWithinAsync(long limit, FunctionApp app, string name)
    {
        var (heap, bytes) = RolePods.HeapOf(limit);
        app.Set(heap, bytes);
        using var verb = app.StartVerb([name, "--json"]);
        var (printed, errors) = (verb.StandardOutput.ReadToEndAsync(Stopping), verb.StandardError.ReadToEndAsync(Stopping));
        var peak = 0L;
        while (!verb.HasExited)
        {
            peak = PeakMemory.Bytes(verb.Id) ?? peak;
            await Task.Delay(10, Stopping);
        }
        Assert.True(verb.ExitCode == 0, await printed + await errors);
        Within(limit, peak, $"pipeline {name}, {Size.Publications:N0} publications");
        return JsonElement.Parse(await printed);
    }
}

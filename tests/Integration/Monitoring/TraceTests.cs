using System.Globalization;
using System.Text;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Files;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>What the running app sends to a collector.</summary>
public sealed class TraceTests(PostgresServer postgres)
{
    private const string Canary = "canary-q7w3";

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publication_is_linked_to_the_landing_of_what_it_read_and_no_secret_is_sent()
    {
        using var collector = new OtlpReceiver();
        var drop = Directory.CreateTempSubdirectory("pipeline-drop-").FullName;
        using var app = new FunctionApp(
            $"{postgres.CreateDatabase()};Password={Canary}", "127.0.0.1:1", ("Drop__Root", drop), ("Drop__SettleTime", "00:00:00"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"));
        app.Start();
        await app.ReadyAsync(stopping);
        await app.Http.GetAsync($"/api/status?code={Canary}", stopping);
        Directory.CreateDirectory(Path.Combine(drop, "clicks"));
        File.Copy(SampleWorld.Sample("clicks.csv"), Path.Combine(drop, "clicks", "a.csv"));
        await app.EventuallyAsync(() => Task.FromResult(collector.Spans.Any(IsPublished) && collector.Paths.Count == 3), stopping);

        var spans = collector.Spans;
        var published = spans.First(IsPublished);
        var landed = spans.Single(span => span is { Source: "Pipeline", Name: "land" } && span.Tags["pipeline.dataset"] == "clicks");
        Assert.Equal([landed.SpanId], published.Links);
        Assert.NotEqual(landed.TraceId, published.TraceId);
        var expected = SampleWorld.Expected("clicks.csv");
        Assert.Equal($"{expected.GetProperty("rows")}", published.Tags["pipeline.rows_out"]);
        Assert.Equal($"{expected.GetProperty("records")}", published.Tags["pipeline.rows_in"]);
        var parts = spans.Where(span => span.Source == "Pipeline" && span.TraceId == published.TraceId).Select(span => span.Name).ToHashSet();
        Assert.Equal(["commit", "complete", "encode", "publish", "read", "stage", "transform"], parts.Order());
        Assert.DoesNotContain(spans, span => span.Source == "Npgsql" && span.ParentId.Length == 0);
        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Paths.Order());
        Assert.False(collector.Holds(Canary));

        await using var ledger = NpgsqlDataSource.Create(app.Database);
        Assert.Equal([$"00-{landed.TraceId}-{landed.SpanId}-01"], await Given.LinesAsync(ledger, "SELECT DISTINCT trace FROM pipeline.segment"));
        Directory.Delete(drop, recursive: true);
    }

    [Fact]
    public async Task Publications_of_a_topic_are_linked_to_the_batches_that_brought_their_records()
    {
        const int Events = 500;
        using var collector = new OtlpReceiver();
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 2);
        using var producer = new Producer(cluster.Bootstrap, 2);
        using var app = new FunctionApp(
            postgres.CreateDatabase(), cluster.Bootstrap, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200"));
        app.Start();
        await app.ReadyAsync(stopping);
        using var events = new MemoryStream();
        UserActionsGenerator.Write(events, new(Events, Seed: 8));
        producer.Produce("user-actions", Encoding.UTF8.GetString(events.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes));
        await app.EventuallyAsync(() => Task.FromResult(Published().Sum(RowsIn) == Events), stopping);

        await using var ledger = NpgsqlDataSource.Create(app.Database);
        var landed = await Given.LinesAsync(ledger, "SELECT DISTINCT split_part(trace, '-', 3) FROM pipeline.segment");
        Assert.Equal(landed.Order(), Published().SelectMany(published => published.Links).Distinct().Order());
        Assert.All(Published(), published => Assert.NotEmpty(published.Links));
        var batches = collector.Spans.Where(span => span is { Source: "Pipeline", Name: "land" }).ToLookup(span => span.SpanId);
        Assert.All(landed, span => Assert.Equal("user_actions", Assert.Single(batches[span]).Tags["pipeline.dataset"]));

        List<Span> Published() => [.. collector.Spans.Where(IsPublished)];

        static int RowsIn(Span span) => int.Parse(span.Tags["pipeline.rows_in"], CultureInfo.InvariantCulture);
    }

    private static bool IsPublished(Span span) =>
        span is { Source: "Pipeline", Name: "publish" } && span.Tags.ContainsKey("pipeline.rows_out");
}

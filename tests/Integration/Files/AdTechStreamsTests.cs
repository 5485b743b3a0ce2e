using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Files;

/// <summary>The advertising datasets from their topics, through the app.</summary>
public sealed class AdTechStreamsTests(PostgresServer postgres)
{
    private const int TopicPartitions = 2, Requests = 40, Slots = 3;

    private const string Schema =
        """
        {"type":"record","name":"BidRequest","namespace":"ads.exchange","fields":[{"name":"id","type":"string"},
         {"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},
         {"name":"imp","type":{"type":"array","items":{"type":"record","name":"Imp","fields":[{"name":"id","type":"string"}]}}}]}
        """;

    [Fact]
    public async Task What_comes_by_a_topic_is_what_comes_by_a_file()
    {
        var stopping = TestContext.Current.CancellationToken;
        using var cluster = new MockKafkaCluster();
        string[] topics = ["user-actions", "ad-impressions", "clicks", "conversions", "bid-requests"];
        foreach (var topic in topics) cluster.CreateTopic(topic, TopicPartitions);
        using var registry = StartRegistry();
        using var app = new FunctionApp(postgres.CreateDatabase(), cluster.Bootstrap, ("Registry__Url", registry.Address));
        app.Start();
        await app.ReadyAsync(stopping);
        using (var producer = new Producer(cluster.Bootstrap, TopicPartitions))
        {
            producer.Produce("ad-impressions", LinesOf("impressions.ndjson"));
            producer.Produce("clicks", LinesOf("clicks.csv").Skip(1));
            producer.Produce("conversions", LinesOf("conversions.csv").Skip(1));
            producer.Produce("bid-requests", BidRequests());
        }

        await AssertAsync(app, "ad_impressions", "impressions.ndjson", stopping);
        await AssertAsync(app, "clicks", "clicks.csv", stopping);
        await AssertAsync(app, "conversions", "conversions.csv", stopping);

        // Each request is there twice, and one names a schema that nobody has.
        var bids = await app.SettledAsync("bid_requests", 2 * Requests + 1, stopping);
        Assert.Equal((2L * Requests * Slots + 1, 1L * Requests * Slots, 1L * Requests * Slots, 1L), CountsOf(bids));
        Assert.Equal("unknown_schema", Assert.Single(bids.GetProperty("rejections").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(
            [$"{Requests * Slots}|{Requests}|{Slots}"],
            SampleWorld.Rows(app.Lake, "bid_requests", "count(*)::VARCHAR, count(DISTINCT request_id)::VARCHAR, count(DISTINCT imp_id)::VARCHAR"));
    }

    private static async Task AssertAsync(FunctionApp app, string dataset, string file, CancellationToken stopping)
    {
        var expected = SampleWorld.Expected(file);
        var (records, rows) = (expected.GetProperty("records").GetInt64(), expected.GetProperty("rows").GetInt64());
        var counts = CountsOf(await app.SettledAsync(dataset, records, stopping));
        var rejected = expected.GetProperty("rejected").EnumerateObject().Sum(each => each.Value.GetInt64());
        Assert.Equal((records, rows, expected.GetProperty("duplicates").GetInt64(), rejected), counts);
        Assert.Equal([$"{rows}"], SampleWorld.Rows(app.Lake, dataset, "count(*)::VARCHAR"));
    }

    private static (long In, long Out, long Duplicates, long Rejected) CountsOf(JsonElement status)
    {
        return (Count("rows_in"), Count("rows_out"), Count("duplicates"), Count("rejected"));

        long Count(string name) => status.GetProperty(name).GetInt64();
    }

    private static IEnumerable<byte[]> LinesOf(string file) => File.ReadLines(SampleWorld.Sample(file)).Select(Encoding.UTF8.GetBytes);

    private static IEnumerable<byte[]> BidRequests()
    {
        for (var number = 0; number < Requests; number++)
        {
            var message = new List<byte> { 0, 0, 0, 0, 5 };
            Text(message, $"req-{number}");
            Number(message, 1_772_600_000_000 + number);
            Number(message, Slots);
            for (var slot = 1; slot <= Slots; slot++) Text(message, $"{slot}");
            Number(message, 0);
            yield return [.. message];
            yield return [.. message];
        }
        yield return [0, 0, 0, 0, 9, 0];
    }

    // https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
    private static void Number(List<byte> bytes, long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest > 0x7F; rest >>= 7) bytes.Add((byte)(rest | 0x80));
        bytes.Add((byte)rest);
    }

    private static void Text(List<byte> bytes, string text)
    {
        Number(bytes, text.Length);
        bytes.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static LoopbackServer StartRegistry() => new(async call =>
    {
        var isKnown = call.Request.Path == "/schemas/ids/5";
        call.Response.StatusCode = isKnown ? 200 : 404;
        var body = isKnown ? JsonSerializer.Serialize(new { schema = Schema }) : """{"error_code":40403,"message":"Schema not found"}""";
        await call.Response.WriteAsync(body, call.RequestAborted);
    });
}

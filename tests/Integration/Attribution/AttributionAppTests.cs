using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sinks.Lake;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Tests.Unit.Transforms.Attribution;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>The function app attributes by itself what is landed, killed at any moment or not.</summary>
public sealed class AttributionAppTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_while_it_attributes_the_app_ends_where_it_would_have_ended()
    {
        var (touches, conversions) = EventGenerator.Make(seed: 3, events: 300);
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 1);
        using var datasets = new Folder();
        InputContracts.Write(datasets.Path);
        var database = postgres.CreateDatabase();
        using var app = new FunctionApp(
            database, cluster.Bootstrap, ("Datasets__Folder", datasets.Path), ("AttributeSchedule", "*/1 * * * * *"));
        await using var source = NpgsqlDataSource.Create(database);
        app.Start();
        await app.ReadyAsync(Stopping);

        await LandAsync(app, source, touches.Take(touches.Count / 2), conversions);
        await app.EventuallyAsync(async () => await CountAsync(source, "pipeline.attribution_result") > 5, Stopping);
        app.Kill();
        await LandAsync(app, source, touches.Skip(touches.Count / 2), []);
        app.Start();
        await app.ReadyAsync(Stopping);

        var expected = Oracle.Correlate(touches, conversions, DateOnly.MinValue, DateOnly.MaxValue);
        await app.EventuallyAsync(async () => await IsSettledAsync(source)
            && (await Results.TablesAsync(source)) is var tables && tables.Attributed.SequenceEqual(expected.Attributed)
            && tables.Counts.SequenceEqual(expected.Counts), Stopping);
        var lake = Results.Lake(app.Lake);
        Assert.Equal(expected.Attributed, lake.Attributed);
        Assert.Equal(expected.Counts, lake.Counts);
        await AskAsync(app);
    }

    private static async Task AskAsync(FunctionApp app)
    {
        using var bad = await app.Http.PostAsJsonAsync("/api/attributions", new { from = "2026-10-31", to = "2026-10-01", days = 3 },
            Stopping);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        var faults = await bad.Content.ReadAsStringAsync(Stopping);
        Assert.Contains("is after", faults);
        Assert.Contains("'days' is not known", faults);
        // While a run of the timer is on its way, which is soon over, the answer is 409.
        await app.EventuallyAsync(async () =>
        {
            using var answer = await app.Http.PostAsJsonAsync("/api/attributions", new { from = "2026-10-01", to = "2026-10-31" },
                Stopping);
            Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{answer.StatusCode}\n{app.Tail()}");
            return answer.StatusCode == HttpStatusCode.Accepted;
        }, Stopping);
    }

    private static async Task LandAsync(FunctionApp app, NpgsqlDataSource source, IEnumerable<Touch> touches,
        IEnumerable<Conversion> conversions)
    {
        var records = touches.Select(each => InputContracts.Record(each, buckets: 2))
            .Concat(conversions.Select(each => InputContracts.Record(each, buckets: 2)));
        var segments = new FolderStore(Path.Combine(app.Home, "segments"));
        foreach (var dataset in records.GroupBy(each => each.Dataset))
            await LandedEvents.LandAsync(source, segments, dataset.Key, [.. dataset.Select(each => each.Json)], Stopping);
    }

    private static async Task<bool> IsSettledAsync(NpgsqlDataSource source) =>
        await CountAsync(source, "pipeline.segment WHERE state IN ('landed', 'planned')") == 0
        && await CountAsync(source,
            "pipeline.publication WHERE attributed_at IS NULL AND dataset IN ('ad_impressions', 'clicks', 'conversions')") == 0
        && await CountAsync(source, "pipeline.lake_object WHERE state = 'staged' OR state = 'superseded' AND removed_at IS NULL") == 0
        && await CountAsync(source, "pg_tables WHERE schemaname = 'warehouse' AND tablename IN ('attributions', 'campaign_counts')") == 2;

    private static async Task<long> CountAsync(NpgsqlDataSource source, string rows) =>
        long.Parse((await Given.LinesAsync(source, $"SELECT count(*) FROM {rows}"))[0], System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-contracts-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

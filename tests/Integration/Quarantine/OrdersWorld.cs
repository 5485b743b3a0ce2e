using System.Globalization;
using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Integration.Quarantine;

/// <summary>Orders whose sender renamed one field and retyped another: version 1 of the contract refuses these, version 2 takes them.</summary>
internal sealed class OrdersWorld : IAsyncDisposable
{
    public static readonly DatasetContract First = new()
    {
        Dataset = "orders",
        Version = 1,
        Source = new(SourceKind.Kafka, "orders", RecordFormat.Json),
        Columns =
        [
            new("order_id", new(ColumnKind.String), ["id"], Required: true),
            new("updated_at", new(ColumnKind.Timestamp), ["at"], Required: true),
            new("sku", new(ColumnKind.String), ["sku"], Required: true),
            new("quantity", new(ColumnKind.Int64), ["qty"], Required: true),
        ],
        Lake = new([], [], LakeCodec.Zstd),
        Table = new("orders", ["order_id"], "updated_at"),
        Filters = [new("test_traffic", "order_id", FilterTest.StartsWith, ["test-"])],
    };

    /// <summary>Also refuses identifiers of more than four letters, which version 1 takes.</summary>
    public static readonly DatasetContract Second = First with
    {
        Version = 2,
        Columns =
        [
            First.Columns[0] with { MaxLength = 4 }, First.Columns[1],
            First.Columns[2] with { From = ["sku", "item.sku"] }, First.Columns[3] with { From = ["count", "qty"] },
        ],
    };

    public static readonly string[] Mixed =
    [
        Good("a", 1), Renamed("b", 2), Retyped("c", 3), "{\"id\":", Good("d", 4), Good("a", 5), Renamed("a", 3), Retyped("d", 9), Good("long-id", 1),
        Good("test-1", 1),
    ];

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipeline-orders-{Guid.NewGuid():N}");
    private readonly AesGcmSealer sealer = new(new byte[32]);

    private OrdersWorld(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public Clock Clock { get; } = new();

    public FolderStore Lake => new(Path.Combine(folder, "lake"));

    public PublicationStores Stores => new(
        new FolderStore(Path.Combine(folder, "segments")), Lake, new FolderStore(Path.Combine(folder, "quarantine")));

    public PublicationLedger Ledger => new(Source, Clock);

    public ReplayPlanner Planner => new(Source, Clock);

    public QuarantineLedger Refusals => new(Source, Clock);

    public QuarantineSamples Samples => new(Stores, sealer);

    /// <summary>Called with the next commit; what it does happens before.</summary>
    public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

    /// <summary>Where attempts reach PostgreSQL; the world's own way when it is null.</summary>
    public NpgsqlDataSource? Through { get; set; }

    public static async Task<OrdersWorld> CreateAsync(PostgresServer postgres) => new(await postgres.LedgerAsync());

    public static OrdersWorld Over(string database) => new(NpgsqlDataSource.Create(database));

    /// <summary>A world into which each of the segments was loaded once, under one version.</summary>
    public static async Task<OrdersWorld> LoadedAsync(PostgresServer postgres, DatasetContract contract, params string[][] segments)
    {
        var world = await CreateAsync(postgres);
        foreach (var records in segments)
        {
            await world.LandAsync(records);
            await world.PublishAsync(contract);
        }
        return world;
    }

    public static string Good(string id, int minute) => Text(id, minute, "\"sku\":\"S-1\",\"qty\":1");

    public static string Renamed(string id, int minute) => Text(id, minute, "\"item\":{\"sku\":\"S-2\"},\"qty\":2");

    public static string Retyped(string id, int minute) => Text(id, minute, "\"sku\":\"S-3\",\"qty\":\"three\",\"count\":3");

    /// <summary>Lands records as one segment.</summary>
    public async Task LandAsync(params string[] records)
    {
        var ledger = new LandingLedger(Source, Clock);
        var claim = (await ledger.ClaimAsync("orders", ["orders-0"], Stop))[0];
        var first = claim.NextPosition ?? 0;
        using var writer = new SegmentWriter();
        for (var i = 0; i < records.Length; i++)
            writer.Append(new(first + i, 0, default, false, Encoding.UTF8.GetBytes(records[i]), true));
        var bytes = writer.Finish();
        var range = new PositionRange(first, first + records.Length);
        var key = SegmentDraft.KeyOf("orders", claim.Shard, range, claim.Epoch);
        await Stores.Segments.PutAsync(key, bytes, Stop);
        Assert.Empty(await ledger.LandAsync(
            [new("orders", claim.Shard, range, claim.Epoch, key, records.Length, writer.RawBytes, bytes.Length, null)], Stop));
    }

    /// <summary>Transforms all that is planned or landed, as the app does.</summary>
    public async Task<List<PublicationSummary>> PublishAsync(DatasetContract contract, IObjectStore? lake = null)
    {
        var all = new List<PublicationSummary>();
        foreach (var plan in await Ledger.PlanAsync("orders", contract.Version, long.MaxValue, 100, Stop))
            all.Add(await TransformAsync(plan.Id, contract, lake));
        return all;
    }

    public Task<PublicationSummary> TransformAsync(long publication, DatasetContract contract, IObjectStore? lake = null) =>
        Transform(lake).RunAsync(publication, contract, Stop);

    public TransformPublication Transform(IObjectStore? lake = null) =>
        new(new HookedSessions(this), Ledger, Stores with { Lake = lake ?? Lake }, sealer, new LakeOptions());

    public Task<ReplayPlan> ReplayRefusedAsync(DatasetContract contract, string? code = null, string? field = null) =>
        Planner.RefusedAsync(contract, code, field, Stop);

    public Task<ReplayPlan> ReplayAllAsync(DatasetContract contract) =>
        Planner.WholeAsync(contract, DateOnly.FromDateTime(Given.Noon.UtcDateTime), DateOnly.FromDateTime(Given.Noon.UtcDateTime), Stop);

    public Task<SweepReport> SweepAsync(DatasetContract contract) => new SweepLeftovers(
        Source, Stores, new Alerts(Source, Clock), Clock, (lost, stop) => Rebuild.RunAsync(lost, contract, stop)).RunAsync(Stop);

    private RebuildObject Rebuild => new(new PublicationSessions(Source, Clock), Ledger, Stores, sealer, new LakeOptions());

    /// <summary>The rows in the lake as DuckDB reads them, and those in the table.</summary>
    public async Task<(string Lake, string Table)> RowsAsync() => (
        string.Join(' ', !Directory.Exists(Path.Combine(folder, "lake", "orders")) ? [] : ParquetReaders.Query(
            $"SELECT order_id || strftime(updated_at, '%M') || sku || quantity FROM read_parquet('{folder}/lake/orders/*.parquet') ORDER BY 1")
            .Select(row => row[0])),
        string.Join(' ', await LinesAsync(
            "SELECT order_id || to_char(updated_at AT TIME ZONE 'UTC', 'MI') || sku || quantity || '@' || _position FROM warehouse.orders ORDER BY 1")));

    /// <summary>Every record that was landed is counted once, by publications, by causes and by days.</summary>
    public async Task AssertBalancedAsync()
    {
        Assert.Empty(await LinesAsync(
            """
            SELECT id, rows_in, rows_out, rows_duplicate, rows_rejected FROM pipeline.publication
            WHERE state IN ('committed', 'visible') AND (rows_in <> rows_out + rows_duplicate + rows_rejected OR rows_rejected <> (
                SELECT coalesce(sum(records), 0) FROM pipeline.rejection WHERE publication_id = publication.id AND rejection.state <> 'replayed'))
            """));
        Assert.Equal(["True|True"], await LinesAsync(
            """
            SELECT (SELECT sum(rows_in) FROM pipeline.publication WHERE state IN ('committed', 'visible'))
                    = (SELECT sum(records) FROM pipeline.segment WHERE state = 'published'),
                (SELECT coalesce(sum(records), 0) FROM pipeline.rejection WHERE state = 'open')
                    = (SELECT coalesce(sum(open_records), 0) FROM pipeline.quarantine_day)
            """));
    }

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Source, sql);

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await Source.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Text(string id, int minute, string rest) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"id\":\"{id}\",\"at\":\"{Given.Noon.AddMinutes(minute).UtcDateTime:O}\",{rest}}}");

    /// <summary>Real sessions, with something to happen just before a commit.</summary>
    private sealed class HookedSessions(OrdersWorld world) : IPublicationSessions
    {
        private readonly PublicationSessions sessions = new(world.Through ?? world.Source, world.Clock);

        public async Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping) =>
            await sessions.BeginAsync(publicationId, contract, stopping) is { } session ? new HookedSession(world, session) : null;

        public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) =>
            sessions.CommittedAsync(publicationId, stopping);

        public IPublishedKeys? CommittedKeys(DatasetContract contract) => sessions.CommittedKeys(contract);
    }

    private sealed class HookedSession(OrdersWorld world, IPublicationSession session) : IPublicationSession
    {
        public PublicationAttempt Attempt => session.Attempt;

        public IPublishedKeys? Keys => session.Keys;

        public ValueTask StageAsync(Transforms.RecordBatch batch, CancellationToken stopping) => session.StageAsync(batch, stopping);

        public async Task<CommitOutcome> CommitAsync(PublicationResult result, CancellationToken stopping)
        {
            var before = world.BeforeCommit;
            world.BeforeCommit = () => Task.CompletedTask;
            await before();
            return await session.CommitAsync(result, stopping);
        }

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}

using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
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

namespace Pipeline.Tests.Integration.Dedupe;

/// <summary>A dataset whose rows are published once, its ledger, and a lake in a folder.</summary>
internal sealed class DedupeWorld : IAsyncDisposable
{
    public static readonly DatasetContract Views = new()
    {
        Dataset = "views",
        Version = 1,
        Source = new(SourceKind.Kafka, "views", RecordFormat.Json),
        Columns =
        [
            new("at", new(ColumnKind.Timestamp), ["at"], Required: true),
            new("user_id", new(ColumnKind.String), ["user"], Required: true),
            new("ad", new(ColumnKind.String), ["ad"]),
            new("view_id", new(ColumnKind.String), ["id"]),
            new("note", new(ColumnKind.String), ["note"]),
        ],
        Lake = new([], [], LakeCodec.Zstd),
        Filters = [new("test_traffic", "user_id", FilterTest.StartsWith, ["test-"])],
        Dedupe = new(["user_id", "ad"], TimeSpan.FromDays(3), "at", "view_id"),
    };

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipeline-dedupe-{Guid.NewGuid():N}");
    private readonly AesGcmSealer sealer = new(new byte[32]);

    private DedupeWorld(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public Clock Clock { get; } = new();

    public FolderStore Lake => new(Path.Combine(folder, "lake"));

    public FolderStore Segments => new(Path.Combine(folder, "segments"));

    public PublicationStores Stores => new(Segments, Lake, new FolderStore(Path.Combine(folder, "quarantine")));

    public PublicationLedger Ledger => new(Source, Clock);

    /// <summary>Called with the next commit; what it does happens before.</summary>
    public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

    public static async Task<DedupeWorld> CreateAsync(PostgresServer postgres) => new(await postgres.LedgerAsync());

    /// <summary>A view of an ad, hours after noon.</summary>
    public static string View(string user, double hours, string note, string ad = "a", string? id = null)
    {
        var at = Given.Noon.AddHours(hours).UtcDateTime.ToString("O");
        return $$"""{"at":"{{at}}","user":"{{user}}","ad":"{{ad}}",{{(id is null ? "" : $"\"id\":\"{id}\",")}}"note":"{{note}}"}""";
    }

    /// <summary>Lands records as one segment.</summary>
    public async Task LandAsync(params string[] records)
    {
        var ledger = new LandingLedger(Source, Clock);
        var claim = (await ledger.ClaimAsync("views", ["views-0"], Stop))[0];
        var first = claim.NextPosition ?? 0;
        using var writer = new SegmentWriter();
        for (var i = 0; i < records.Length; i++)
            writer.Append(new(first + i, 0, default, false, Encoding.UTF8.GetBytes(records[i]), true));
        var bytes = writer.Finish();
        var range = new PositionRange(first, first + records.Length);
        var key = SegmentDraft.KeyOf("views", claim.Shard, range, claim.Epoch);
        await Segments.PutAsync(key, bytes, Stop);
        Assert.Empty(await ledger.LandAsync(
            [new("views", claim.Shard, range, claim.Epoch, key, records.Length, writer.RawBytes, bytes.Length, null)], Stop));
    }

    /// <summary>Plans what is landed, as one publication.</summary>
    public async Task<long> PlanAsync() => (await Ledger.PlanAsync("views", 1, long.MaxValue, 100, Stop))[^1].Id;

    public async Task<PublicationCounts> PublishAsync(params string[] records)
    {
        await LandAsync(records);
        return (await TransformAsync(await PlanAsync())).Counts;
    }

    public Task<PublicationSummary> TransformAsync(long publication, IObjectStore? lake = null, DatasetContract? contract = null) =>
        new TransformPublication(new Hooked(this), Ledger, Stores with { Lake = lake ?? Lake }, sealer, new LakeOptions())
            .RunAsync(publication, contract ?? Views, Stop);

    /// <summary>The notes of the visible rows, as DuckDB reads them.</summary>
    public string Notes() => string.Join(' ', ParquetReaders.Query(
        $"SELECT note FROM read_parquet('{folder}/lake/views/*.parquet') ORDER BY note").Select(row => row[0]));

    public Task<SweepReport> SweepAsync() => new SweepLeftovers(
        Source, Stores, new Alerts(Source, Clock), Clock, (lost, stop) => Rebuild.RunAsync(lost, Views, stop)).RunAsync(Stop);

    public RebuildObject Rebuild => new(new PublicationSessions(Source, Clock), Ledger, Stores, sealer, new LakeOptions());

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Source, sql);

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await Source.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Real sessions, with something to happen just before a commit.</summary>
    private sealed class Hooked(DedupeWorld world) : IPublicationSessions
    {
        private readonly PublicationSessions sessions = new(world.Source, world.Clock);

        public async Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping) =>
            await sessions.BeginAsync(publicationId, contract, stopping) is { } session ? new HookedSession(world, session) : null;

        public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) =>
            sessions.CommittedAsync(publicationId, stopping);

        public IPublishedKeys? CommittedKeys(DatasetContract contract) => sessions.CommittedKeys(contract);
    }

    private sealed class HookedSession(DedupeWorld world, IPublicationSession session) : IPublicationSession
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

/// <summary>A lake whose uploads are never completed: those that were staged are lost with it.</summary>
internal sealed class LossyLake(IObjectStore lake) : IObjectStore
{
    public string Root => lake.Root;

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping) => lake.PutAsync(key, content, stopping);

    public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping) => lake.BeginUploadAsync(key, stopping);

    public async Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping)
    {
        await lake.AbortAsync(staged.Key, staged.UploadId, stopping);
        throw new TransientException("The store is away, and what it had staged is lost.");
    }

    public Task AbortAsync(string key, string uploadId, CancellationToken stopping) => lake.AbortAsync(key, uploadId, stopping);

    public IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, CancellationToken stopping) =>
        lake.PendingUploadsAsync(keyPrefix, stopping);

    public IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, CancellationToken stopping) =>
        lake.ListAsync(keyPrefix, startAfter, stopping);

    public Task<Stream> OpenReadAsync(string key, CancellationToken stopping) => lake.OpenReadAsync(key, stopping);

    public Task DeleteAsync(string key, CancellationToken stopping) => lake.DeleteAsync(key, stopping);
}

using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Files;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Integration.Files;

/// <summary>The advertising datasets as they are shipped, fed from a drop folder, their lake in a folder.</summary>
internal sealed class SampleWorld : IAsyncDisposable
{
    private static readonly ContractSet Shipped = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified();

    private readonly AesGcmSealer sealer = new(new byte[32]);
    private readonly IObjectStore drop;
    private readonly PublicationStores stores;

    private SampleWorld(NpgsqlDataSource database, string root, Func<string, IObjectStore>? remote)
    {
        (Database, Root) = (database, root);
        IObjectStore Folder(string name) => new FolderStore(Path.Combine(root, name));
        drop = remote is null ? Folder("drop") : remote("drop");
        stores = new(remote is null ? Folder("segments") : remote("segments"), Folder("lake"), Folder("quarantine"));
    }

    public NpgsqlDataSource Database { get; }

    public string Root { get; }

    public Clock Clock { get; } = new();

    /// <param name="remote">Where files are dropped and segments kept; null for folders.</param>
    public static async Task<SampleWorld> CreateAsync(PostgresServer postgres, Func<string, IObjectStore>? remote = null) => new(
        await postgres.LedgerAsync(), Directory.CreateTempSubdirectory("pipeline-sample-").FullName, remote);

    /// <summary>A file of the sample.</summary>
    public static string Sample(string name) => Repository.PathOf($"sample-data/adtech/{name}");

    /// <summary>What the sample says of a file.</summary>
    public static JsonElement Expected(string file) =>
        JsonDocument.Parse(File.ReadAllText(Sample("expected.json"))).RootElement.GetProperty("files").GetProperty(file);

    public Task DropAsync(string key, byte[] content) => drop.PutAsync(key, content, Stop);

    /// <summary>Lands what was dropped for a dataset.</summary>
    /// <returns>Files landed.</returns>
    public Task<int> LandAsync(string dataset, int chunkBytes = 1 << 16)
    {
        var contract = Shipped.Named(dataset);
        var (source, options) = (contract.SourceOf(SourceKind.Files)!, new DropOptions { SegmentBytes = 1 << 17 });
        Clock.Now = DateTimeOffset.UtcNow.AddHours(1);
        return new LandDroppedFiles(
            new FileLedger(Database, Clock), drop, new FileLanding(drop, stores.Segments, options), options, Clock,
            NullLogger<LandDroppedFiles>.Instance)
            .RunAsync(dataset, source, () => FileCutters.For(source, contract.Limits, chunkBytes), Stop);
    }

    /// <summary>Publishes what is landed of a dataset, and sums it up.</summary>
    public async Task<PublicationCounts> PublishAsync(string dataset, long maxRawBytes = 1 << 17)
    {
        var contract = Shipped.Named(dataset);
        var ledger = new PublicationLedger(Database, Clock);
        var transform = new TransformPublication(new PublicationSessions(Database, Clock), ledger, stores, sealer, new LakeOptions());
        var sum = default(PublicationCounts);
        foreach (var plan in await ledger.PlanAsync(dataset, contract.Version, maxRawBytes, 1000, Stop))
        {
            var counts = (await transform.RunAsync(plan.Id, contract, Stop)).Counts;
            sum = new(sum.In + counts.In, sum.Out + counts.Out, sum.Duplicates + counts.Duplicates, sum.Rejected + counts.Rejected);
        }
        return sum;
    }

    /// <summary>Rows of a dataset as DuckDB reads them: a list of columns, in their order.</summary>
    public List<string> Rows(string dataset, string columns) => Rows(Path.Combine(Root, "lake"), dataset, columns);

    /// <summary>Rows of a dataset in any lake.</summary>
    public static List<string> Rows(string lake, string dataset, string columns) =>
    [
        .. ParquetReaders.Query($"SELECT {columns} FROM read_parquet('{lake}/{dataset}/**/*.parquet', hive_partitioning = true) ORDER BY ALL")
            .Select(row => string.Join('|', row)),
    ];

    /// <summary>Refused records by code and field.</summary>
    public async Task<Dictionary<string, long>> RejectedAsync(string dataset) => (await Given.QueryAsync(
        Database,
        $"""
        SELECT trim(code || ' ' || field), sum(records)::bigint FROM pipeline.rejection JOIN pipeline.publication ON id = publication_id
        WHERE publication.dataset = '{dataset}' GROUP BY 1
        """, row => (row.GetString(0), row.GetInt64(1)))).ToDictionary();

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

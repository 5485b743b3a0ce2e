using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.App.Activities;
using Pipeline.App.Orchestrations;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Attribution;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Tests.Unit.Transforms.Attribution;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>A ledger, tables and a lake in a folder; events are published into it, and attributed by the app's own parts.</summary>
internal sealed class AttributionWorld : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-attribution-").FullName;
    private readonly AesGcmSealer sealer = new(new byte[32]);
    private readonly Clock clock = new();

    private AttributionWorld(NpgsqlDataSource source)
    {
        Source = source;
        InputContracts.Write(ContractFolder);
        Stores = new(Lake: Store("lake"), Segments: Store("segments"), Quarantine: Store("quarantine"));
    }

    public NpgsqlDataSource Source { get; }

    public ContractSet Contracts => InputContracts.Read(ContractFolder);

    public string ContractFolder => Path.Combine(folder, "datasets");

    public PublicationStores Stores { get; }

    public string LakeFolder => Path.Combine(folder, "lake");

    /// <summary>Buckets that users are divided into here; fewer make fewer slices.</summary>
    public int Buckets { get; init; } = 1;

    public AttributionOptions Options { get; init; } = new();

    public ISliceLedger Slices => new SliceLedger(Source, clock);

    public AttributionLedger Ledger => new(Source, clock);

    private Campaigns Campaigns => CampaignsFile.Read(CampaignsFile.Below(ContractFolder));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<AttributionWorld> CreateAsync(PostgresServer postgres, int buckets = 1, int maxConversions = 200_000) =>
        new(await postgres.LedgerAsync()) { Buckets = buckets, Options = new() { MaxConversions = maxConversions } };

    /// <summary>What attributes a bucket; landing may be watched.</summary>
    public AttributeBucket Attributor(ISliceLedger? slices = null, IAttributionLedger? ledger = null) =>
        new(ledger ?? Ledger, slices ?? Slices, Stores, Campaigns, Options, clock);

    /// <summary>Publishes events: one publication for each dataset that has some.</summary>
    public async Task PublishAsync(IEnumerable<Touch> touches, params IEnumerable<Conversion> conversions)
    {
        var records = touches.Select(each => InputContracts.Record(each, Buckets))
            .Concat(conversions.Select(each => InputContracts.Record(each, Buckets)));
        foreach (var dataset in records.GroupBy(each => each.Dataset))
            await PublishAsync(dataset.Key, [.. dataset.Select(each => each.Json)]);
    }

    /// <summary>Plans and attributes what changed, marks it as seen and publishes the results, as the orchestration does.</summary>
    /// <returns>Days that were landed.</returns>
    public async Task<int> AttributeAsync(AttributionRequest? request = null)
    {
        var plan = await PlanAsync(request);
        var activity = new AttributeBucketActivity(Contracts, Attributor(), new Alerts(Source, clock), NullLogger<AttributeBucketActivity>.Instance);
        var landed = 0;
        foreach (var piece in plan.Pieces) landed += await activity.RunAsync(piece, Stop);
        await new MarkAttributedActivity(Ledger).RunAsync([.. plan.Publications], Stop);
        await PublishResultsAsync();
        return landed;
    }

    public Task<AttributionPlan> PlanAsync(AttributionRequest? request = null) => new PlanAttributionActivity(
        Contracts, Ledger, Campaigns).RunAsync(request ?? new(), Stop);

    public async Task PublishResultsAsync()
    {
        foreach (var dataset in (string[])["attributions", "campaign_counts"]) await TransformAsync(dataset);
    }

    public Task<Outcome> TablesAsync() => Results.TablesAsync(Source);

    public Outcome Lake() => Results.Lake(LakeFolder);

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Source, sql);

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await Source.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private FolderStore Store(string name) => new(Path.Combine(folder, name));

    private async Task PublishAsync(string dataset, IReadOnlyList<string> records)
    {
        await LandedEvents.LandAsync(Source, Stores.Segments, dataset, records, Stop);
        await TransformAsync(dataset);
    }

    private async Task TransformAsync(string dataset)
    {
        var ledger = new PublicationLedger(Source, clock);
        var contract = Contracts.Named(dataset);
        var rates = RatesFile.Read(RatesFile.Below(ContractFolder));
        var transform = new TransformPublication(new PublicationSessions(Source, clock), ledger, Stores, sealer, new(), rates);
        foreach (var plan in await ledger.PlanAsync(dataset, contract.Version, long.MaxValue, 100, Stop))
            Assert.Equal(0, (await transform.RunAsync(plan.Id, contract, Stop)).Counts.Rejected);
        await new RemoveSuperseded(ledger, Stores).RunAsync(null, Stop);
    }
}

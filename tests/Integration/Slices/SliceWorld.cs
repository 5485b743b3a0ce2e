using System.Globalization;
using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Integration.Slices;

/// <summary>A ledger, a table and a lake in a folder, into which extractions are landed and published. A page is one row here.</summary>
internal sealed class SliceWorld : IAsyncDisposable
{
    public static readonly DatasetContract Ads = new()
    {
        Dataset = "ads",
        Version = 1,
        Source = new(SourceKind.Kafka, "ads", RecordFormat.Json),
        Columns =
        [
            new("platform", new(ColumnKind.String), ["platform"], Required: true),
            new("account", new(ColumnKind.String), ["account"], Required: true),
            new("level", new(ColumnKind.String), ["level"], Required: true),
            new("report_date", new(ColumnKind.Date), ["day"], Required: true),
            new("ad", new(ColumnKind.String), ["ad"], Required: true),
            new("spend", new(ColumnKind.Decimal, 20, 6), ["spend"], Required: true),
            new("clicks", new(ColumnKind.Int64), ["clicks"]),
        ],
        Lake = new(["report_date", "account", "level"], [], LakeCodec.Zstd),
        Table = new(
            "ads", ["platform", "account", "report_date", "level", "ad"], null, TableMode.ReplaceSlice,
            new("platform", "account", "level", "report_date")),
    };

    public static readonly DateOnly Day = new(2026, 10, 1);

    public static readonly SliceWindow Week = new("facebook", "act_1", "ad", Day, Day.AddDays(6));

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipeline-slices-{Guid.NewGuid():N}");
    private readonly AesGcmSealer sealer = new(new byte[32]);
    private int tries;

    private SliceWorld(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public Clock Clock { get; } = new();

    public SliceLedger Slices => new(Source, Clock);

    public PublicationLedger Ledger => new(Source, Clock);

    public FolderStore Lake => new(Path.Combine(folder, "lake"));

    public PublicationStores Stores => new(new FolderStore(Path.Combine(folder, "segments")), Lake, new FolderStore(Path.Combine(folder, "quarantine")));

    /// <summary>Called with each commit; what it does happens before.</summary>
    public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

    public static async Task<SliceWorld> CreateAsync(PostgresServer postgres) => new(await postgres.LedgerAsync());

    /// <summary>A row as the provider answers it.</summary>
    public static string Row(DateOnly day, string ad, decimal spend, string account = "act_1", string platform = "facebook", string level = "ad") =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            {"platform":"{{platform}}","account":"{{account}}","level":"{{level}}","day":"{{day:yyyy-MM-dd}}","ad":"{{ad}}","spend":{{spend}},"clicks":{{(int)spend}}}
            """);

    /// <summary>Extracts a window: begins, writes one part a list of rows, and lands it.</summary>
    public async Task<Extraction> LandPartsAsync(SliceWindow window, string? suspect, params string[][] parts)
    {
        var extraction = await Slices.BeginAsync(window, ["ads"], Stop);
        Assert.True(await Slices.LandAsync(extraction, await WriteAsync(extraction, parts), suspect, Stop));
        return extraction;
    }

    public Task<Extraction> LandAsync(SliceWindow window, params string[] rows) => LandPartsAsync(window, null, rows);

    public async Task<List<ExtractedPart>> WriteAsync(Extraction extraction, params string[][] parts)
    {
        var written = new List<ExtractedPart>();
        foreach (var rows in parts)
        {
            using var writer = new SegmentWriter();
            for (var i = 0; i < rows.Length; i++)
                writer.Append(new(extraction.PositionOf(written.Count, i), 0, default, false, Encoding.UTF8.GetBytes(rows[i]), true));
            var bytes = writer.Finish().ToArray();
            var key = extraction.KeyOf(written.Count, $"{++tries:D4}");
            await Stores.Segments.PutAsync(key, bytes, Stop);
            written.Add(new(written.Count, key, rows.Length, writer.RawBytes, bytes.Length));
        }
        return written;
    }

    public Task<IReadOnlyList<PublicationPlan>> PlanAsync() => Ledger.PlanAsync("ads", 1, long.MaxValue, 100, Stop);

    /// <summary>Publishes all that is landed or planned.</summary>
    public async Task<PublicationSummary> PublishAsync(DatasetContract? contract = null, IObjectStore? lake = null)
    {
        PublicationSummary? last = null;
        foreach (var plan in await PlanAsync()) last = await TransformAsync(plan.Id, contract, lake);
        return last!;
    }

    public Task<PublicationSummary> TransformAsync(long publicationId, DatasetContract? contract = null, IObjectStore? lake = null) =>
        new TransformPublication(new Hooked(this), Ledger, Stores with { Lake = lake ?? Lake }, sealer, new LakeOptions())
            .RunAsync(publicationId, contract ?? Ads, Stop);

    public RebuildObject Rebuild => new(new PublicationSessions(Source, Clock), Ledger, Stores, sealer, new LakeOptions());

    /// <summary>The table: day, ad and spend, other accounts named.</summary>
    public Task<List<string>> TableAsync() => LinesAsync(
        "SELECT to_char(report_date, 'MM-DD'), CASE account WHEN 'act_1' THEN '' ELSE account || ' ' END || ad, trim_scale(spend) FROM warehouse.ads ORDER BY 1, 2");

    /// <summary>The visible files' rows in the form of <see cref="TableAsync"/>.</summary>
    public async Task<List<string>> LakeAsync()
    {
        var lines = new List<string>();
        await foreach (var stored in Lake.ListAsync("ads/", null, Stop))
        {
            var folders = stored.Key.Split('/')[1..^1].Select(part => part[(part.IndexOf('=') + 1)..]).ToArray();
            var prefix = folders[1] == "act_1" ? "" : $"{folders[1]} ";
            await using var stream = await Lake.OpenReadAsync(stored.Key, Stop);
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, Stop);
            lines.AddRange(Rows(new ParquetReader(bytes)).Select(row => $"{folders[0][5..]}|{prefix}{row}"));
        }
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>State and reason of each slice by day.</summary>
    public Task<List<string>> StatesAsync() => LinesAsync(
        "SELECT to_char(day, 'MM-DD'), state, rows, reason FROM pipeline.slice WHERE dataset = 'ads' ORDER BY account, day");

    public Task<List<string>> AlertsAsync() => LinesAsync("SELECT code, subject FROM pipeline.alert WHERE resolved_at IS NULL ORDER BY 1, 2");

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Source, sql);

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await Source.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Rows(ParquetReader reader)
    {
        for (var group = 0; group < reader.RowGroupRows.Count; group++)
        {
            using var rows = reader.OpenRowGroup(group);
            var columns = rows.NewColumns();
            while (rows.RowsLeft > 0) rows.Read(columns, 1000);
            var (ads, spend) = ((TextColumn)columns[1], (FixedColumn<Int128>)columns[2]);
            for (var row = 0; row < ads.Count; row++)
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(ads[row])}|{(decimal)spend.Values[row] / 1_000_000m:0.######}");
        }
    }

    /// <summary>Real sessions, with something to happen just before each commit.</summary>
    private sealed class Hooked(SliceWorld world) : Transforms.Ports.IPublicationSessions
    {
        private readonly PublicationSessions sessions = new(world.Source, world.Clock);

        public async Task<Transforms.Ports.IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping) =>
            await sessions.BeginAsync(publicationId, contract, stopping) is { } session ? new HookedSession(world, session) : null;

        public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) => sessions.CommittedAsync(publicationId, stopping);

        public Transforms.Ports.IPublishedKeys? CommittedKeys(DatasetContract contract) => sessions.CommittedKeys(contract);
    }

    private sealed class HookedSession(SliceWorld world, Transforms.Ports.IPublicationSession session) : Transforms.Ports.IPublicationSession
    {
        public PublicationAttempt Attempt => session.Attempt;

        public Transforms.Ports.IPublishedKeys? Keys => session.Keys;

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

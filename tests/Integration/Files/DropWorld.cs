using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sources.Files;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Tests.Integration.Files;

/// <summary>A drop folder, a ledger, and what lands the one in the other.</summary>
internal sealed class DropWorld : IAsyncDisposable
{
    public static readonly SourceSpec Source = new(SourceKind.Files, "", RecordFormat.Json) { Folder = "views" };

    private DropWorld(NpgsqlDataSource database, Func<string, IObjectStore> store)
    {
        Database = database;
        (Drop, Segments) = (store("drop"), store("segments"));
    }

    public NpgsqlDataSource Database { get; }

    public Clock Clock { get; } = new();

    public IObjectStore Drop { get; set; }

    public IObjectStore Segments { get; set; }

    public DropOptions Options { get; set; } = new() { SettleTime = TimeSpan.Zero, SegmentBytes = 1 << 20 };

    /// <summary>How files are cut; a test may damage it.</summary>
    public Func<IFileCutter> Cutter { get; set; } = () => new LineCutter(4096);

    public FileLedger Ledger => new(Database, Clock);

    public static async Task<DropWorld> CreateAsync(PostgresServer postgres)
    {
        var root = Path.Combine(Path.GetTempPath(), $"pipeline-files-{Guid.NewGuid():N}");
        var world = new DropWorld(await postgres.LedgerAsync(), name => new FolderStore(Path.Combine(root, name)));
        Directory.CreateDirectory(root);
        world.Root = root;
        world.Clock.Now = DateTimeOffset.UtcNow.AddMinutes(1);      // behind the times that the file system gives
        return world;
    }

    /// <summary>Over any store.</summary>
    public static async Task<DropWorld> CreateAsync(PostgresServer postgres, Func<string, IObjectStore> store)
    {
        var world = new DropWorld(await postgres.LedgerAsync(), store);
        world.Clock.Now = DateTimeOffset.UtcNow.AddMinutes(1);
        return world;
    }

    public string Root { get; private set; } = "";

    public string PathOf(string name) => Path.Combine(Root, "drop", "views", name);

    /// <summary>Writes a file of lines under the drop folder.</summary>
    public void Write(string name, params string[] lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllLines(PathOf(name), lines);
    }

    /// <summary>Lands what is there; each scan is a second later than the one before.</summary>
    public Task<int> ScanAsync(IFileLedger? ledger = null)
    {
        Clock.Now += TimeSpan.FromSeconds(1);
        return new LandDroppedFiles(
            ledger ?? Ledger, Drop, new FileLanding(Drop, Segments, Options), Options, Clock, NullLogger<LandDroppedFiles>.Instance)
            .RunAsync("views", Source, Cutter, Stop);
    }

    public Task<SweepReport> SweepAsync() => new SweepLeftovers(
        Database, new PublicationStores(Segments, Segments, Segments), new Alerts(Database, Clock), Clock, (_, _) => Task.CompletedTask).RunAsync(Stop);

    /// <summary>Number, name and state of each file.</summary>
    public Task<List<string>> FilesAsync() => LinesAsync(
        "SELECT number, substr(key, 7), state, coalesce(pieces, 0) FROM pipeline.dropped_file ORDER BY number");

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Database, sql);

    public async Task<List<string>> SegmentKeysAsync()
    {
        var keys = new List<string>();
        await foreach (var stored in Segments.ListAsync("views/", null, Stop)) keys.Add(stored.Key);
        return keys;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (Root.Length > 0 && Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Cuts a file into pieces of whole lines.</summary>
    internal sealed class LineCutter(int bytes) : IFileCutter
    {
        public async IAsyncEnumerable<FileChunk> CutAsync(
            Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
        {
            var content = new MemoryStream();
            await file.CopyToAsync(content, stopping);
            var all = content.ToArray();
            for (var from = 0; from < all.Length;)
            {
                var end = Array.IndexOf(all, (byte)'\n', Math.Min(all.Length - 1, from + bytes)) is var found and >= 0 ? found + 1 : all.Length;
                yield return new(from, end - from, "{}"u8.ToArray(), all.AsMemory(from, end - from));
                from = end;
            }
        }
    }

    /// <summary>A ledger that dies with its process once, before or after landing.</summary>
    internal sealed class DyingLedger(IFileLedger ledger, bool afterwards) : IFileLedger
    {
        public Task<IReadOnlyList<WaitingFile>> SeeAsync(
            string dataset, Shard shard, IReadOnlyList<StoredObject> listed, DateTimeOffset listedAt, CancellationToken stopping) =>
            ledger.SeeAsync(dataset, shard, listed, listedAt, stopping);

        public Task ForgetVanishedAsync(string dataset, DateTimeOffset listedAt, CancellationToken stopping) =>
            ledger.ForgetVanishedAsync(dataset, listedAt, stopping);

        public async Task<bool> LandAsync(DroppedFile file, IReadOnlyList<SegmentDraft> segments, CancellationToken stopping)
        {
            if (afterwards) await ledger.LandAsync(file, segments, stopping);
            throw new TransientException("The process is gone.");
        }

        public Task FailAsync(DroppedFile file, string reason, CancellationToken stopping) => ledger.FailAsync(file, reason, stopping);

        public Task RefuseAsync(DroppedFile file, string reason, CancellationToken stopping) => ledger.RefuseAsync(file, reason, stopping);
    }
}

using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Sandbox.Generating;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Kafka;
using Pipeline.Sources.Sqs;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Masking;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;

namespace Pipeline.Tests.Integration.Sqs;

/// <summary>Draining against a real queue and ledger: whoever receives a message, however often, it is landed once.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly SqsServer server = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-drain-").FullName;
    private readonly NpgsqlDataSource source;
    private readonly QueueLedger ledger;
    private readonly PublicationStores stores;
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    public DrainTests(PostgresServer postgres)
    {
        source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        ledger = new(source, TimeProvider.System);
        stores = new(Store("segments"), Store("lake"), Store("quarantine"));
        LedgerMigrations.ApplyAsync(source, TimeProvider.System, stopping).Wait(stopping);
    }

    private static DatasetContract Contract { get; } = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified().Named("user_logins");

    public void Dispose()
    {
        source.Dispose();
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Two_instances_at_once_land_each_message_once()
    {
        var queue = await QueueAsync(Logins(900));
        var reports = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Drain(queue, limits: Small)));

        Assert.Equal(900, reports.Sum(report => report.Landed));
        Assert.Equal(900, Enumerable.Distinct(await LandedAsync()).Count());
        Assert.Equal(0, await server.CountAsync(queue.Url));
    }

    [Fact]
    public async Task A_message_that_comes_again_is_deleted_and_not_landed()
    {
        var queue = await QueueAsync(Logins(40));
        var cut = new CutLedger(ledger) { AfterLand = () => throw new TransientException("the worker died between commit and deletion") };
        await Assert.ThrowsAsync<TransientException>(() => Drain(queue, cut));
        Assert.Equal(40, await server.CountAsync(queue.Url));
        await Task.Delay(TimeSpan.FromSeconds(Visibility + 1), stopping);

        Assert.Equal(0, (await Drain(queue)).Landed);
        Assert.Equal(40, (await LandedAsync()).Count);
        Assert.Equal(0, await server.CountAsync(queue.Url));
    }

    [Fact]
    public async Task A_segment_whose_landing_died_is_swept_and_its_messages_are_landed_by_the_next_run()
    {
        var queue = await QueueAsync(Logins(40));
        var cut = new CutLedger(ledger) { BeforeLand = () => throw new TransientException("the worker died before the commit") };
        await Assert.ThrowsAsync<TransientException>(() => Drain(queue, cut));
        await Task.Delay(TimeSpan.FromSeconds(Visibility + 1), stopping);
        Assert.Equal(40, (await Drain(queue)).Landed);

        Assert.Equal(2, Files("segments").Length);
        var sweep = new SweepLeftovers(source, stores, new Alerts(source, TimeProvider.System), TimeProvider.System, (_, _) => Task.CompletedTask);
        Assert.Equal(1, (await sweep.RunAsync(stopping)).OrphanSegmentsDeleted);
        Assert.Equal(40, (await LandedAsync()).Count);
    }

    [Fact]
    public async Task Messages_stay_hidden_as_long_as_they_are_being_landed()
    {
        var queue = await QueueAsync(Logins(25));
        const int Hidden = 2 * Visibility;
        var slow = new CutLedger(ledger) { BeforeLand = () => Task.Delay(TimeSpan.FromSeconds(2.5 * Hidden), stopping).Wait(stopping) };
        var options = Options(queue) with { VisibilitySeconds = Hidden };
        var landing = Drainer(options, slow).DrainAsync(Contract, "user-logins", queue, stopping);
        await Task.Delay(TimeSpan.FromSeconds(1.5 * Hidden), stopping);

        Assert.Equal(new DrainReport(0, 0, 0), await Drain(queue));
        Assert.Equal(25, (await landing).Landed);
    }

    [Fact]
    public async Task Without_a_dead_letter_queue_a_refused_message_ends_sealed_in_quarantine()
    {
        var logins = LoginsGenerator.Make(new(200, Seed: 4, FaultShare: 0.3)).ToList();
        var queue = await QueueAsync(logins);
        Assert.Equal(200, (await Drain(queue with { DeadLetterUrl = "" })).Landed);
        await PublishAsync();

        var lines = Files("quarantine").SelectMany(File.ReadAllLines).ToList();
        Assert.Equal(
            logins.Select(login => login.Code).OfType<string>().Order(),
            lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("code").GetString()!).Order());
        Assert.All(lines, line => Assert.DoesNotContain(LoginsGenerator.DeviceMark, line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain(LoginsGenerator.AddressMark, line, StringComparison.Ordinal));
        Assert.Equal(logins.Count(login => login.Code is null), await CountAsync("SELECT count(*) FROM warehouse.user_logins"));
    }

    [Fact]
    public async Task A_queue_that_is_not_there_raises_an_alert_and_the_run_goes_on()
    {
        var queue = await QueueAsync([]);
        var options = Options(queue with { Url = queue.Url + "-gone" });
        await Drainer(options).RunAsync([Contract], stopping);

        Assert.Equal(1, await CountAsync(
            "SELECT count(*) FROM pipeline.alert WHERE code = 'queue_stopped' AND subject = 'user-logins' AND text LIKE '%QueueDoesNotExist%'"));
    }

    [Fact]
    public async Task A_queue_whose_server_is_away_does_not_keep_the_others_waiting()
    {
        var queue = await QueueAsync(Logins(10));
        var away = queue with { Url = $"http://127.0.0.1:{Ports.Free()}/000000000000/away", DeadLetterUrl = "" };
        var options = new SqsOptions
        {
            VisibilitySeconds = Visibility,
            Queues = new() { ["away"] = away, ["user-logins"] = queue with { Url = At(queue.Url), DeadLetterUrl = At(queue.DeadLetterUrl) } },
        };
        var other = Contract with { Dataset = "other_logins", Source = Contract.Source with { Queue = "away" } };

        await Assert.ThrowsAsync<TransientException>(() => Drainer(options).RunAsync([other, Contract], stopping));
        Assert.Equal(10, (await LandedAsync()).Count);

        string At(string url) => new Uri(server.Address, new Uri(url).AbsolutePath).ToString();
    }

    [Fact]
    public async Task Ids_are_forgotten_when_no_queue_can_have_them_any_more()
    {
        var queue = await QueueAsync(Logins(10));
        await Drain(queue);
        Assert.Equal(0, await ledger.PurgeAsync(DateTimeOffset.UtcNow - TimeSpan.FromDays(15), stopping));
        Assert.Equal(10, await ledger.PurgeAsync(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1), stopping));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM pipeline.queue_message"));
    }

    private const int Visibility = 2;

    private static readonly DrainLimits Small = DrainLimits.Default with { Messages = 50, MessagesPerReceiver = 100 };

    private static IEnumerable<Login> Logins(int count) => LoginsGenerator.Make(new(count));

    private async Task<QueueOptions> QueueAsync(IEnumerable<Login> logins)
    {
        var queue = new QueueOptions
        {
            Url = await server.CreateQueueAsync("user-logins"), DeadLetterUrl = await server.CreateQueueAsync("user-logins-dead"), Region = "us-east-1",
        };
        await server.SendAsync(queue.Url, logins.Select(login => login.Body));
        return queue;
    }

    private SqsOptions Options(QueueOptions queue) =>
        new() { Endpoint = server.Address, VisibilitySeconds = Visibility, Queues = new() { ["user-logins"] = queue } };

    private Task<DrainReport> Drain(QueueOptions queue, IQueueLedger? messages = null, DrainLimits? limits = null) =>
        Drainer(Options(queue), messages, limits).DrainAsync(Contract, "user-logins", queue, stopping);

    private DrainQueues Drainer(SqsOptions options, IQueueLedger? messages = null, DrainLimits? limits = null) => new(
        new(new HttpClient(), () => Task.FromResult(new Amazon.Runtime.ImmutableCredentials("test", "test", "token")), TimeProvider.System), options,
        limits ?? DrainLimits.Default, messages ?? ledger, new LandingLedger(source, TimeProvider.System), new(stores.Segments, new()),
        FxRates.Parse("date,currency,rate\n2026-01-01,EUR,1\n", "none"), new Alerts(source, TimeProvider.System), TimeProvider.System,
        NullLogger<DrainQueues>.Instance);

    private async Task PublishAsync()
    {
        var publications = new PublicationLedger(source, TimeProvider.System);
        using var sealer = new AesGcmSealer(new byte[AesGcmSealer.KeyBytes]);
        var keys = new MaskKeys([new(1, new byte[MaskKeys.SecretBytes], DateTimeOffset.MinValue)], TimeSpan.FromDays(8));
        var transform = new TransformPublication(
            new PublicationSessions(source, TimeProvider.System), publications, stores, sealer, new LakeOptions(), masks: keys);
        foreach (var plan in await publications.PlanAsync("user_logins", Contract.Version, 1 << 20, 100, stopping))
            Assert.Equal(PublicationEnd.Committed, (await transform.RunAsync(plan.Id, Contract, stopping)).End);
    }

    /// <summary>The records of all landed segments, read from the store.</summary>
    private async Task<List<string>> LandedAsync()
    {
        var landed = new List<string>();
        foreach (var key in await ListAsync("SELECT object_key FROM pipeline.segment ORDER BY id"))
        {
            using var reader = new Pipeline.Transforms.Segments.SegmentReader();
            await using var content = await stores.Segments.OpenReadAsync(key, stopping);
            reader.Open(content);
            while (await reader.ReadAsync(stopping) is { } block)
                for (var i = 0; i < block.Count; i++) landed.Add(System.Text.Encoding.UTF8.GetString(block.Value(i).Span));
        }
        return landed;
    }

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var rows = new List<string>();
        while (await reader.ReadAsync(stopping)) rows.Add(reader.GetValue(0).ToString()!);
        return rows;
    }

    private async Task<long> CountAsync(string sql) => long.Parse((await ListAsync(sql))[0], System.Globalization.CultureInfo.InvariantCulture);

    private FolderStore Store(string name) => new(Path.Combine(folder, name));

    private string[] Files(string store) => Directory.GetFiles(Path.Combine(folder, store), "*", SearchOption.AllDirectories);

    /// <summary>The ledger, with something in its way.</summary>
    private sealed class CutLedger(IQueueLedger ledger) : IQueueLedger
    {
        public Action BeforeLand { get; init; } = () => { };

        public Action AfterLand { get; init; } = () => { };

        public Task<IReadOnlySet<string>> KnownAsync(string queue, IReadOnlyCollection<string> messageIds, CancellationToken stopping) =>
            ledger.KnownAsync(queue, messageIds, stopping);

        public async Task<bool> LandAsync(SegmentDraft draft, string queue, IReadOnlyList<string> messageIds, CancellationToken stopping)
        {
            BeforeLand();
            var won = await ledger.LandAsync(draft, queue, messageIds, stopping);
            AfterLand();
            return won;
        }

        public Task BuryAsync(string dataset, string queue, IReadOnlyList<DeadMessage> dead, CancellationToken stopping) =>
            ledger.BuryAsync(dataset, queue, dead, stopping);

        public Task<int> PurgeAsync(DateTimeOffset before, CancellationToken stopping) => ledger.PurgeAsync(before, stopping);
    }
}

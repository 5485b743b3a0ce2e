using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Segments;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Kafka;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>However a consumer cuts, repeats or skips what the broker has, the lake ends the same.</summary>
public sealed class DeliveryTests : IDisposable
{
    private const string Topic = "user-actions";
    private const int TopicPartitions = 4;
    private const int Events = 4000;

    private readonly MockKafkaCluster cluster = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-delivery-").FullName;
    private readonly NpgsqlDataSource source;
    private readonly LandingLedger ledger;
    private readonly PublicationStores stores;
    private readonly KafkaLog kafka;
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    public DeliveryTests(PostgresServer postgres)
    {
        cluster.CreateTopic(Topic, TopicPartitions);
        source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        ledger = new(source, TimeProvider.System);
        stores = new(new FolderStore(PathOf("segments")), new FolderStore(PathOf("lake")), new FolderStore(PathOf("quarantine")));
        kafka = new(new KafkaOptions { Brokers = cluster.Bootstrap });
    }

    private static DatasetContract Contract { get; } = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified().Named("user_actions");

    public void Dispose()
    {
        kafka.Dispose();
        source.Dispose();
        cluster.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Batches_cut_repeated_and_skipped_at_random_end_in_the_same_lake(int seed)
    {
        var input = await ProduceAsync();
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var batch = new Dictionary<TopicPartition, IReadOnlyList<RawRecord>>();
            for (var number = 0; number < TopicPartitions; number++)
            {
                // Anywhere, of any length: behind what is landed (a redelivery), beyond it (skipped offsets), or both.
                var from = random.Next(Events / TopicPartitions);
                var log = await LogAsync(number);
                batch[new(Topic, number)] = [.. log.Skip(from).Take(random.Next(1, 200))];
            }

            await Landing().RunAsync("user_actions", batch, stopping);
        }

        await CatchUpAsync();
        await PublishAsync();
        AssertLakeHoldsExactly(input);
    }

    [Fact]
    public async Task The_same_batch_from_two_workers_at_once_is_landed_once()
    {
        var input = await ProduceAsync();
        var batch = new Dictionary<TopicPartition, IReadOnlyList<RawRecord>>();
        for (var number = 0; number < TopicPartitions; number++) batch[new(Topic, number)] = await LogAsync(number);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Landing().RunAsync("user_actions", batch, stopping), stopping)));

        await PublishAsync();
        AssertLakeHoldsExactly(input);
    }

    // As a topic of many small transactions is delivered, whose markers are offsets too; the mock broker writes none.
    [Fact]
    public async Task Offsets_that_are_missing_all_over_a_delivery_are_looked_up_at_the_broker()
    {
        const int Delivered = 250, Between = 20;
        var input = await ProduceAsync();
        var logs = new List<(TopicPartition Source, IReadOnlyList<RawRecord> Records)>();
        for (var number = 0; number < TopicPartitions; number++) logs.Add((new(Topic, number), await LogAsync(number)));
        for (var first = 0; logs.Any(log => log.Records.Count > first); first += Delivered)
            await Landing().RunAsync("user_actions", logs.ToDictionary(log => log.Source, log => (IReadOnlyList<RawRecord>)
                [.. log.Records.Skip(first).Take(Delivered).Where(record => record.Position % Between != 0)]), stopping);

        await CatchUpAsync();
        await PublishAsync();
        AssertLakeHoldsExactly(input);
    }

    [Fact]
    public async Task What_no_consumer_delivered_is_caught_up_from_the_broker()
    {
        var input = await ProduceAsync();
        await CatchUpAsync();
        await PublishAsync();
        AssertLakeHoldsExactly(input);
    }

    private async Task<string> ProduceAsync()
    {
        await LedgerMigrations.ApplyAsync(source, TimeProvider.System, stopping);
        var input = PathOf("events.ndjson");
        await using (var file = File.Create(input)) UserActionsGenerator.Write(file, new(Events, Seed: 3));
        using var producer = new Producer(cluster.Bootstrap, TopicPartitions);
        producer.Produce(Topic, File.ReadLines(input).Select(Encoding.UTF8.GetBytes));
        return input;
    }

    private async Task<IReadOnlyList<RawRecord>> LogAsync(int number)
    {
        var topicPartition = new TopicPartition(Topic, number);
        var marks = await kafka.WatermarksAsync(topicPartition, stopping);
        return (await kafka.ReadAsync(topicPartition, new(marks.Low, marks.High), long.MaxValue, stopping)).Records;
    }

    private LandKafkaBatch Landing() => new(
        ledger, new(kafka, ledger, new()), new(stores.Segments, new()), TimeProvider.System, NullLogger<LandKafkaBatch>.Instance);

    // A stream that landed something a moment ago is left to its trigger: the clock is set a day ahead.
    private Task CatchUpAsync() => new CatchUpKafka(
        ledger, kafka, new(kafka, ledger, new()), new(stores.Segments, new()), new Tomorrow(), NullLogger<CatchUpKafka>.Instance)
        .RunAsync("user_actions", Topic, stopping);

    private async Task PublishAsync()
    {
        var publications = new PublicationLedger(source, TimeProvider.System);
        using var sealer = new AesGcmSealer(new byte[AesGcmSealer.KeyBytes]);
        var transform = new TransformPublication(new PublicationSessions(source, TimeProvider.System), publications, stores, sealer, new LakeOptions());
        foreach (var plan in await publications.PlanAsync("user_actions", Contract.Version, 1 << 20, 100, stopping))
            Assert.Equal(PublicationEnd.Committed, (await transform.RunAsync(plan.Id, Contract, stopping)).End);
    }

    private void AssertLakeHoldsExactly(string input)
    {
        Assert.Equal(("0", "0"), UserActionsLake.Differences(PathOf("lake"), input));
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private sealed class Tomorrow : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddDays(1);
    }
}

using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Telemetry;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Telemetry;

/// <summary>Records that the brokers have and the ledger has not, by dataset and topic.</summary>
/// <remarks>Asked behind a scrape's back, because a broker that is away takes its time to say nothing; the next scrape has the
/// answer.</remarks>
public sealed class KafkaLag : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly Meter meter = new(Instruments.MeterName);
    private readonly CancellationTokenSource ended = new();
    private readonly ContractSet contracts;
    private readonly KafkaLog kafka;
    private readonly ILandingLedger ledger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private IReadOnlyList<Measurement<double>> lags = [];
    private DateTimeOffset askedAt = DateTimeOffset.MinValue;
    private Task asking = Task.CompletedTask;

    /// <param name="kafka">Its own, with a short patience; closed with it.</param>
    public KafkaLag(ContractSet contracts, KafkaLog kafka, ILandingLedger ledger, TimeProvider time)
    {
        (this.contracts, this.kafka, this.ledger, this.time) = (contracts, kafka, ledger, time);
        meter.CreateObservableGauge(
            "pipeline.kafka.lag.records", () => lags, "{record}", "Records that the brokers have and the ledger has not.");
    }

    /// <summary>Begins to ask, unless that was done a moment ago or is still under way.</summary>
    public void Refresh()
    {
        lock (gate)
        {
            if (!asking.IsCompleted || time.GetUtcNow() - askedAt < Fresh || ended.IsCancellationRequested) return;
            askedAt = time.GetUtcNow();
            asking = AskAllAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate) ended.Cancel();
        asking.GetAwaiter().GetResult();    // it asks through the client that is closed next
        kafka.Dispose();
        meter.Dispose();
        ended.Dispose();
    }

    private async Task AskAllAsync()
    {
        try
        {
            var found = new List<Measurement<double>>();
            foreach (var contract in contracts.Contracts)
                if (contract.SourceOf(SourceKind.Kafka) is { } source)
                    found.Add(new(
                        await LagAsync(contract.Dataset, source.Topic), Instruments.Dataset(contract.Dataset),
                        Instruments.Label("topic", source.Topic)));
            lags = found;
        }
        catch (Exception error) when (error is TransientException or TerminalException or OperationCanceledException)
        {
            lags = [];
            Instruments.TelemetryFailures.Add(1, Instruments.Label("what", "kafka"));
        }
    }

    private async Task<long> LagAsync(string dataset, string topic)
    {
        var cursors = (await ledger.CursorsAsync(dataset, ended.Token))
            .ToDictionary(cursor => cursor.Shard.Stream, cursor => cursor.NextPosition);
        var lag = 0L;
        foreach (var topicPartition in await kafka.TopicPartitionsAsync(topic, ended.Token))
        {
            var marks = await kafka.WatermarksAsync(topicPartition, ended.Token);
            lag += marks.High - Math.Clamp(cursors.GetValueOrDefault(topicPartition.Stream) ?? marks.Low, marks.Low, marks.High);
        }
        return lag;
    }
}

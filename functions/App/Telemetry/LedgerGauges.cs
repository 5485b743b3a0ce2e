using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Telemetry;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Telemetry;

/// <summary>Gauges that are read from the ledger when somebody asks, every ten seconds at most.</summary>
public sealed class LedgerGauges : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly Meter meter = new(Instruments.MeterName);
    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly GaugeReader reader;
    private readonly IReadOnlyList<string> datasets;
    private readonly TimeProvider time;
    private IReadOnlyList<GaugeReading> readings = [];
    private DateTimeOffset readAt = DateTimeOffset.MinValue;
    private bool answers;

    public LedgerGauges(GaugeReader reader, ContractSet contracts, TimeProvider time)
    {
        (this.reader, this.time) = (reader, time);
        datasets = [.. contracts.Contracts.Select(contract => contract.Dataset)];
        foreach (var gauge in GaugeQuery.All.SelectMany(query => query.Gauges))
            meter.CreateObservableGauge(gauge.Name, () => Measure(gauge), gauge.Unit, gauge.Text);
        meter.CreateObservableGauge("pipeline.ledger.up", () => answers ? 1 : 0, "", "1 while the ledger answers.");
    }

    /// <summary>Reads them anew unless that was done a moment ago. While the ledger is away there are no values.</summary>
    public async Task RefreshAsync(CancellationToken stopping)
    {
        await reading.WaitAsync(stopping);
        try
        {
            if (time.GetUtcNow() - readAt < Fresh) return;
            readings = await reader.ReadAsync(datasets, stopping);
            (readAt, answers) = (time.GetUtcNow(), true);
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            (readings, readAt, answers) = ([], time.GetUtcNow(), false);
            Instruments.TelemetryFailures.Add(1, Instruments.Label("what", "ledger"));
        }
        finally
        {
            reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        meter.Dispose();
        reading.Dispose();
    }

    private IEnumerable<Measurement<double>> Measure(LedgerGauge gauge)
    {
        // An exporter that sends asks without a scrape: it gets what is known, and the next time what is read meanwhile.
        if (time.GetUtcNow() - readAt >= Fresh && reading.CurrentCount > 0) _ = RefreshAsync(CancellationToken.None);
        return readings.Where(reading => reading.Gauge == gauge).Select(reading => new Measurement<double>(reading.Value, reading.Labels));
    }
}

using System.Diagnostics.Metrics;
using Pipeline.Domain.Telemetry;

namespace Pipeline.App.Telemetry;

/// <summary>Adds up what the pipeline's instruments, and the runtime's, measure since the start; <c>GET /metrics</c> reads it.</summary>
/// <remarks>Instruments are called once a batch at most, so a lock each is enough. Series of one instrument are bounded.</remarks>
public sealed class MetricStore : IDisposable
{
    // https://learn.microsoft.com/dotnet/core/diagnostics/built-in-metrics-runtime
    private static readonly HashSet<string> OfTheRuntime =
    [
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.pause.time",
        "dotnet.gc.heap.total_allocated", "dotnet.exceptions",
    ];

    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly Lock reading = new();
    private readonly SortedDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);

    public MetricStore()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == Instruments.MeterName || OfTheRuntime.Contains(instrument.Name))
                listening.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        listener.SetMeasurementEventCallback<long>((_, value, labels, family) => ((MetricFamily)family!).Add(value, labels));
        listener.SetMeasurementEventCallback<int>((_, value, labels, family) => ((MetricFamily)family!).Add(value, labels));
        listener.SetMeasurementEventCallback<double>((_, value, labels, family) => ((MetricFamily)family!).Add(value, labels));
        listener.Start();
    }

    /// <summary>Every family as it is now, gauges observed, by name.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (reading)
        {
            // What is observed is told anew each time: a series that is not there any more must not stay.
            foreach (var family in All().Where(family => family.IsObserved)) family.Clear();
            listener.RecordObservableInstruments();
            return All();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private List<MetricFamily> All()
    {
        lock (gate) return [.. families.Values];
    }

    // Two instruments of one name, such as those of a second provider's client, are one family.
    private MetricFamily FamilyOf(Instrument instrument)
    {
        lock (gate)
        {
            var name = PrometheusNames.FamilyOf(instrument);
            return families.TryGetValue(name, out var known) ? known : families[name] = new MetricFamily(name, instrument);
        }
    }
}

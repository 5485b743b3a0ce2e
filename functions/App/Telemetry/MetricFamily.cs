using System.Diagnostics.Metrics;

namespace Pipeline.App.Telemetry;

/// <summary>What a family of series is to Prometheus.</summary>
public enum MetricKind
{
    /// <summary>Only ever grows.</summary>
    Counter,

    /// <summary>Stands at a value.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>All series of one instrument.</summary>
public sealed class MetricFamily
{
    /// <summary>Series of one family; what comes beyond goes into one that says so, as OpenTelemetry has it.</summary>
    internal const int MaxSeries = 2000;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, MetricSeries> series = new(StringComparer.Ordinal);
    private readonly double[] bounds;
    private readonly bool isSet;

    internal MetricFamily(string name, Instrument instrument)
    {
        Name = name;
        Help = instrument.Description ?? "";
        Unit = PrometheusNames.UnitOf(instrument);
        IsObserved = instrument.IsObservable;
        var shape = instrument.GetType().Name;
        Kind = shape.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : PrometheusNames.IsCounter(instrument) ? MetricKind.Counter : MetricKind.Gauge;
        isSet = IsObserved || shape.StartsWith("Gauge", StringComparison.Ordinal);
        bounds = Kind == MetricKind.Histogram ? [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []] : [];
    }

    /// <summary>As Prometheus names it, without <c>_total</c>.</summary>
    public string Name { get; }

    /// <summary>One sentence.</summary>
    public string Help { get; }

    /// <summary><c>seconds</c>, <c>bytes</c>, <c>ratio</c>; empty for counts.</summary>
    public string Unit { get; }

    /// <summary>What it is.</summary>
    public MetricKind Kind { get; }

    /// <summary>Upper bounds of a histogram's buckets, the last one (all) left out.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    internal bool IsObserved { get; }

    /// <summary>Every series by its labels (<c>dataset="clicks",code="missing"</c>).</summary>
    public IReadOnlyList<KeyValuePair<string, MetricSeries>> Series()
    {
        lock (gate) return [.. series.Select(each => KeyValuePair.Create(each.Key, each.Value.Copy()))];
    }

    internal void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var key = PrometheusNames.LabelsOf(labels);
        lock (gate)
        {
            if (!series.TryGetValue(key, out var found))
            {
                if (series.Count >= MaxSeries) key = Overflow;
                if (!series.TryGetValue(key, out found)) series[key] = found = new(bounds.Length);
            }
            if (Kind == MetricKind.Histogram) found.Count(value, bounds);
            else found.Value = isSet ? value : found.Value + value;
        }
    }

    internal void Clear()
    {
        lock (gate) series.Clear();
    }
}

/// <summary>One series: a value, or a histogram's counts.</summary>
public sealed class MetricSeries(int buckets)
{
    private readonly long[] counts = new long[buckets];

    /// <summary>The value; a histogram's sum.</summary>
    public double Value { get; internal set; }

    /// <summary>Measurements of a histogram.</summary>
    public long Measurements { get; private set; }

    /// <summary>Measurements of each bucket alone, those beyond the last bound left out.</summary>
    public IReadOnlyList<long> Counts => counts;

    internal void Count(double value, double[] bounds)
    {
        Value += value;
        Measurements++;
        var bucket = Array.FindIndex(bounds, bound => value <= bound);
        if (bucket >= 0) counts[bucket]++;
    }

    internal MetricSeries Copy()
    {
        var copy = new MetricSeries(counts.Length) { Value = Value, Measurements = Measurements };
        counts.CopyTo(copy.counts, 0);
        return copy;
    }
}

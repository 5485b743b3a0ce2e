using System.Diagnostics.Metrics;

namespace Pipeline.Domain.Telemetry;

/// <summary>What the pipeline counts as it works. Names are OpenTelemetry's form, units are UCUM; Prometheus sees
/// <c>pipeline.rows.in</c> as <c>pipeline_rows_in_total</c>.</summary>
/// <remarks>Counted once a batch, page or publication and never once a record; without a listener a call costs nothing.
/// Labels are datasets, codes, functions, sources and accounts, never a key or a value of a record.</remarks>
public static class Instruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Pipeline";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Landings that were committed, by dataset: a batch, a file, an extraction.</summary>
    public static readonly Counter<long> LandingBatches = Count(
        "pipeline.landing.batches", "{batch}", "Landings that were committed.");

    /// <summary>Records landed, by dataset.</summary>
    public static readonly Counter<long> LandingRecords = Count("pipeline.landing.records", "{record}", "Records landed.");

    /// <summary>Value bytes landed, before compression, by dataset.</summary>
    public static readonly Counter<long> LandingRaw = Count("pipeline.landing.raw", "By", "Bytes of records landed, before compression.");

    /// <summary>Bytes of segment objects, by dataset.</summary>
    public static readonly Counter<long> LandingObjects = Count("pipeline.landing.object", "By", "Bytes of segment objects landed.");

    /// <summary>Shards whose landing another worker was first with, by dataset.</summary>
    public static readonly Counter<long> LandingRaces = Count(
        "pipeline.landing.races", "{race}", "Landings lost to another worker and tried again.");

    /// <summary>Rows that publications read, by dataset.</summary>
    public static readonly Counter<long> RowsIn = Count("pipeline.rows.in", "{row}", "Rows read by committed publications.");

    /// <summary>Rows that were published, by dataset.</summary>
    public static readonly Counter<long> RowsOut = Count("pipeline.rows.out", "{row}", "Rows published.");

    /// <summary>Rows left out because they were there before, by dataset.</summary>
    public static readonly Counter<long> RowsDuplicate = Count("pipeline.rows.duplicate", "{row}", "Rows left out as duplicates.");

    /// <summary>Rows that were refused, by dataset and code.</summary>
    public static readonly Counter<long> RowsRejected = Count("pipeline.rows.rejected", "{row}", "Rows refused, by code.");

    /// <summary>Objects that publications made, by dataset.</summary>
    public static readonly Counter<long> LakeObjects = Count(
        "pipeline.lake.objects", "{object}", "Objects made by committed publications.");

    /// <summary>Bytes of these objects, by dataset.</summary>
    public static readonly Counter<long> LakeBytes = Count("pipeline.lake.object", "By", "Bytes of objects made by committed publications.");

    /// <summary>How long publications took from begin to visible, by dataset and end.</summary>
    public static readonly Histogram<double> PublicationDuration = Seconds(
        "pipeline.publication.duration", "Seconds from a publication's begin to its objects being visible.",
        0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900);

    /// <summary>Attempts at publications that failed, by dataset and kind: <c>transient</c>, <c>terminal</c> or <c>fault</c>.</summary>
    public static readonly Counter<long> PublicationFailures = Count(
        "pipeline.publication.failures", "{attempt}", "Attempts at publications that failed.");

    /// <summary>Calls to providers, by source, account and outcome.</summary>
    public static readonly Counter<long> ProviderCalls = Count("pipeline.provider.calls", "{call}", "Calls to providers.");

    /// <summary>How long a provider takes to answer, by source.</summary>
    public static readonly Histogram<double> ProviderDuration = Seconds(
        "pipeline.provider.duration", "Seconds until a provider has answered.", 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120);

    /// <summary>Times a provider or its budget said "later", by source and account.</summary>
    public static readonly Counter<long> ProviderWaits = Count("pipeline.provider.waits", "{wait}", "Steps put off because of a limit.");

    /// <summary>How long these were put off, by source and account.</summary>
    public static readonly Counter<double> ProviderWaited = Meter.CreateCounter<double>(
        "pipeline.provider.wait", "s", "Seconds that steps were put off because of a limit.");

    /// <summary>Share of its limits that a provider says is used, by source and account; 1 is all.</summary>
    public static readonly Gauge<double> ProviderQuota = Meter.CreateGauge<double>(
        "pipeline.provider.quota", "1", "Share of its limits that a provider says is used.");

    /// <summary>Runs of functions, by function.</summary>
    public static readonly Counter<long> FunctionRuns = Count("pipeline.function.runs", "{run}", "Runs of functions that ended.");

    /// <summary>Runs that failed, by function.</summary>
    public static readonly Counter<long> FunctionFailures = Count("pipeline.function.failures", "{run}", "Runs of functions that failed.");

    /// <summary>How long runs took, by function.</summary>
    public static readonly Histogram<double> FunctionDuration = Seconds(
        "pipeline.function.duration", "Seconds that runs of functions took.", 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900);

    /// <summary>Readings of gauges that failed, by what is read.</summary>
    public static readonly Counter<long> TelemetryFailures = Count(
        "pipeline.telemetry.failures", "{reading}", "Readings of gauges, and writings of heartbeats, that failed.");

    /// <summary>A label.</summary>
    public static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    /// <summary>The label <c>dataset</c>.</summary>
    public static KeyValuePair<string, object?> Dataset(string dataset) => new("dataset", dataset);

    private static Counter<long> Count(string name, string unit, string text) => Meter.CreateCounter<long>(name, unit, text);

    private static Histogram<double> Seconds(string name, string text, params double[] bounds) =>
        Meter.CreateHistogram(name, "s", text, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}

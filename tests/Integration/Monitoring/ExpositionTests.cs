using System.Diagnostics.Metrics;
using Pipeline.App.Telemetry;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>How measurements look to Prometheus.</summary>
public sealed class ExpositionTests : IDisposable
{
    private readonly MetricStore store = new();
    private readonly Meter meter = new(Instruments.MeterName);

    public void Dispose()
    {
        meter.Dispose();
        store.Dispose();
    }

    [Fact]
    public void Counters_add_up_by_their_labels_which_are_escaped()
    {
        var counter = meter.CreateCounter<long>("test.exposition.count", "{thing}", "Things.");
        counter.Add(2, Instruments.Label("name", "a\"b\\c\nd"));
        counter.Add(3, Instruments.Label("name", "a\"b\\c\nd"));
        Assert.Equal(
            """
            # HELP test_exposition_count_total Things.
            # TYPE test_exposition_count_total counter
            test_exposition_count_total{name="a\"b\\c\nd"} 5

            """, Text("test_exposition_count"));
        Assert.Contains("# TYPE test_exposition_count counter\n", Text("test_exposition_count", openMetrics: true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_histograms_buckets_hold_what_is_at_most_their_bound()
    {
        var histogram = meter.CreateHistogram(
            "test.exposition.time", "s", "Time.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        foreach (var seconds in (double[])[0.25, 0.5, 1, 9]) histogram.Record(seconds);
        Assert.Equal(
            """
            # HELP test_exposition_time_seconds Time.
            # TYPE test_exposition_time_seconds histogram
            test_exposition_time_seconds_bucket{le="0.5"} 2
            test_exposition_time_seconds_bucket{le="2"} 3
            test_exposition_time_seconds_bucket{le="+Inf"} 4
            test_exposition_time_seconds_sum 10.75
            test_exposition_time_seconds_count 4

            """, Text("test_exposition_time_seconds"));
    }

    [Fact]
    public void What_is_observed_no_more_is_gone()
    {
        var there = new List<Measurement<double>> { new(1, Instruments.Dataset("a")), new(2, Instruments.Dataset("b")) };
        meter.CreateObservableGauge("test.exposition.gauge", () => there, "By", "Bytes.");
        Assert.Contains("test_exposition_gauge_bytes{dataset=\"a\"} 1\n", Text("test_exposition_gauge_bytes"), StringComparison.Ordinal);
        there.RemoveAt(0);
        Assert.DoesNotContain("dataset=\"a\"", Text("test_exposition_gauge_bytes"), StringComparison.Ordinal);
    }

    [Fact]
    public void Series_without_end_end_in_one_that_says_so()
    {
        var counter = meter.CreateCounter<long>("test.exposition.many");
        for (var i = 0; i < 3000; i++) counter.Add(1, Instruments.Label("number", $"{i}"));
        var lines = Text("test_exposition_many").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2 + 2000 + 1, lines.Length);
        Assert.Contains("test_exposition_many_total{otel_metric_overflow=\"true\"} 1000", lines);
    }

    private string Text(string family, bool openMetrics = false) =>
        Exposition.Write(store.Read().Where(each => each.Name == family), openMetrics).ReplaceLineEndings("\n");
}

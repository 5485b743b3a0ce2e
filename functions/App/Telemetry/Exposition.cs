using System.Globalization;
using System.Text;

namespace Pipeline.App.Telemetry;

/// <summary>Writes metrics as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0 where that is asked for.</summary>
/// <remarks>
/// https://prometheus.io/docs/instrumenting/exposition_formats/,
/// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
/// </remarks>
public static class Exposition
{
    /// <summary>The text format.</summary>
    public const string PlainText = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>OpenMetrics.</summary>
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>All families; one without a series is left out.</summary>
    public static string Write(IEnumerable<MetricFamily> families, bool openMetrics)
    {
        var text = new StringBuilder();
        foreach (var family in families)
            if (family.Series() is { Count: > 0 } series) Write(text, family, series, openMetrics);
        if (openMetrics) text.Append("# EOF\n");
        return text.ToString();
    }

    private static void Write(
        StringBuilder text, MetricFamily family, IReadOnlyList<KeyValuePair<string, MetricSeries>> series, bool openMetrics)
    {
        var total = family.Kind == MetricKind.Counter ? "_total" : "";
        var name = openMetrics ? family.Name : family.Name + total;
        text.Append("# HELP ").Append(name).Append(' ');
        PrometheusNames.Escape(text, family.Help, quotes: openMetrics);
        text.Append("\n# TYPE ").Append(name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
        if (openMetrics && family.Unit.Length > 0) text.Append("# UNIT ").Append(name).Append(' ').Append(family.Unit).Append('\n');
        foreach (var (labels, one) in series)
            if (family.Kind == MetricKind.Histogram) WriteHistogram(text, family, labels, one);
            else WriteLine(text, family.Name + total, labels, one.Value);
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, string labels, MetricSeries one)
    {
        var before = labels.Length == 0 ? "" : $"{labels},";
        var sum = 0L;
        for (var i = 0; i < family.Bounds.Count; i++)
            WriteLine(text, $"{family.Name}_bucket", $"{before}le=\"{Number(family.Bounds[i])}\"", sum += one.Counts[i]);
        WriteLine(text, $"{family.Name}_bucket", $"{before}le=\"+Inf\"", one.Measurements);
        WriteLine(text, $"{family.Name}_sum", labels, one.Value);
        WriteLine(text, $"{family.Name}_count", labels, one.Measurements);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value) ? value > 0 ? "+Inf" : "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}

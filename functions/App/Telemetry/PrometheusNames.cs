using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pipeline.App.Telemetry;

/// <summary>OpenTelemetry's names, units and labels as Prometheus has them.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/</remarks>
internal static class PrometheusNames
{
    /// <summary>The family's name: <c>pipeline.lake.object</c> in bytes is <c>pipeline_lake_object_bytes</c>.</summary>
    public static string FamilyOf(Instrument instrument)
    {
        var (name, unit) = (Plain(instrument.Name), UnitOf(instrument));
        return unit.Length == 0 || name.EndsWith($"_{unit}", StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>The unit as names carry it; a count of things (<c>{row}</c>) has none.</summary>
    public static string UnitOf(Instrument instrument) => instrument.Unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        "1" when !IsCounter(instrument) => "ratio",
        _ => "",
    };

    /// <summary>Whether it only grows.</summary>
    public static bool IsCounter(Instrument instrument)
    {
        var shape = instrument.GetType().Name;
        return shape.StartsWith("Counter", StringComparison.Ordinal) || shape.StartsWith("ObservableCounter", StringComparison.Ordinal);
    }

    /// <summary>Labels in the order they were given, escaped.</summary>
    public static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(Plain(name)).Append("=\"");
            Escape(text, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
        }
        return text.ToString();
    }

    /// <summary>A label's value, or a help text with its quotes left as they are.</summary>
    public static void Escape(StringBuilder text, string value, bool quotes = true)
    {
        foreach (var letter in value)
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '"' when quotes => text.Append("\\\""),
                _ => text.Append(letter),
            };
    }

    private static string Plain(string name)
    {
        var letters = name.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
            if (!char.IsAsciiLetterOrDigit(letters[i])) letters[i] = '_';
        return char.IsAsciiDigit(letters[0]) ? $"_{new string(letters)}" : new(letters);
    }
}

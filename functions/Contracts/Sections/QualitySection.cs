using System.Globalization;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>quality</c>: <c>{ max_reject_ratio: 0.05 }</c>.</summary>
internal static class QualitySection
{
    private static readonly Words Keys = new("key", ["max_reject_ratio"], ["max_delay", "volume"]);

    /// <summary>The bounds; the defaults stand for what is absent.</summary>
    public static QualitySpec Read(YamlNode? node, TableSpec? table, FaultList faults)
    {
        var defaults = new QualitySpec();
        if (Section.Open(node, "quality", Keys, faults) is not { } section) return defaults;
        if (table is { Mode: not TableMode.ReplaceSlice })
            faults.Add(section.Map, "quality bounds the rows of a slice, and the table has no slices", "remove it");
        if (section.Text("max_reject_ratio") is not { } text) return defaults;
        if (text.Plain && double.TryParse(text.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio)
            && ratio <= 1)
            return new(ratio);
        faults.Add(text, $"'max_reject_ratio' of quality is {FaultList.Quote(text.Value)}",
            "write a number from 0 to 1, without quotes: 0.05");
        return defaults;
    }
}

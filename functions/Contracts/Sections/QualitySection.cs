using System.Globalization;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>
/// The contract's <c>quality</c>: <c>{ max_reject_ratio: 0.01, max_delay: 15m, volume: { deviation: 0.5 }, columns: […], ratios: […],
/// agreements: […] }</c>.
/// </summary>
internal static class QualitySection
{
    private const int MaxDays = 60;

    private static readonly Words Keys =
        new("key", "max_reject_ratio", "max_duplicate_ratio", "max_delay", "volume", "columns", "ratios", "agreements");

    private static readonly Words VolumeKeys = new("key", "deviation", "of");

    /// <summary>The rules; the defaults stand for what is absent.</summary>
    public static QualitySpec Read(
        YamlNode? node, ColumnList columns, SourceList sources, TableSpec? table, bool hasDedupe, FaultList faults)
    {
        var defaults = new QualitySpec();
        if (Section.Open(node, "quality", Keys, faults) is not { } section) return defaults;
        if (section.Has("max_duplicate_ratio") && !hasDedupe)
            faults.Add(section.At("max_duplicate_ratio"), "'max_duplicate_ratio' of quality needs a dedupe, which finds duplicates",
                "add a dedupe or remove it");
        RefuseUnjudged(section, sources);
        var volume = Section.Open(section.Find("volume"), "'volume' of quality", VolumeKeys, faults);
        return new(Ratio(section, "max_reject_ratio") ?? defaults.MaxRejectRatio)
        {
            MaxDuplicateRatio = Ratio(section, "max_duplicate_ratio"),
            MaxDelay = section.Text("max_delay") is { } delay
                ? SpanText.Read(delay, "'max_delay' of quality", MaxDays, "15m, 2h, 3d", faults) : null,
            VolumeDeviation = volume is null ? defaults.VolumeDeviation : Deviation(volume) ?? defaults.VolumeDeviation,
            VolumeOf = volume is null ? [] : Summed(volume, columns, sources),
            Columns = QualityLists.Columns(section, columns),
            Ratios = QualityLists.Ratios(section, columns),
            Agreements = QualityLists.Agreements(section, columns, table),
        };
    }

    // An alert's subject is the column's name; the rows' own count has one too, and two of a name would be one alert.
    private static IReadOnlyList<string> Summed(Section volume, ColumnList columns, SourceList sources)
    {
        var summed = new List<string>();
        foreach (var (name, _) in columns.Named(volume, "of"))
        {
            if (name.Value == (sources.ArePages ? "rows" : "records"))
                volume.Faults.Add(name, $"'of' of {volume.Subject} names '{name.Value}', as alerts name the count itself, which is always judged",
                    "give the column another name");
            else if (IsNumber(name, volume, columns)) summed.Add(name.Value);
        }
        return summed;
    }

    // A rule that nothing evaluates would be believed.
    private static void RefuseUnjudged(Section section, SourceList sources)
    {
        if (sources.Kinds is [SourceKind.Attribution])
            foreach (var key in new[] { "volume", "columns", "ratios" })
                Refuse(key, "is judged of what arrives, and these rows are computed of datasets that are judged themselves");
        if (sources.ArePages) Refuse("max_delay", "is the age of events, and slices are late by when they usually come");
        else if (sources.Kinds.Count > 0) Refuse("ratios", "compares days of slices, and records have none");

        void Refuse(string key, string why)
        {
            if (section.Has(key)) section.Faults.Add(section.At(key), $"'{key}' of quality {why}", "remove it");
        }
    }

    /// <summary>A share from 0 to 1; null when it is absent or bad, which is reported.</summary>
    public static double? Ratio(Section section, string key)
    {
        if (section.Text(key) is not { } text) return null;
        if (Number(text) is >= 0 and <= 1 and var ratio) return ratio;
        section.Faults.Add(text, $"'{key}' of {section.Subject} is {FaultList.Quote(text.Value)}",
            "write a number from 0 to 1, without quotes: 0.05");
        return null;
    }

    /// <summary>The share by which something may deviate; null when it is absent or bad, which is reported.</summary>
    public static double? Deviation(Section section)
    {
        if (section.Text("deviation") is not { } text) return null;
        if (Number(text) is > 0 and < 1 and var deviation) return deviation;
        section.Faults.Add(text, $"'deviation' of {section.Subject} is {FaultList.Quote(text.Value)}",
            "write a number between 0 and 1, without quotes: 0.5 is half or double");
        return null;
    }

    /// <summary>A finite number written plainly; null otherwise.</summary>
    public static double? Number(YamlText text) =>
        text.Plain && double.TryParse(
            text.Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) ? number : null;

    /// <summary>Whether a name is that of a numeric column; reports what is not.</summary>
    public static bool IsNumber(YamlText name, Section section, ColumnList columns)
    {
        if (columns.Find(name, section.Subject) is not { } column) return false;
        if (column.Type is not { } type) return false;      // reported already
        if (type.Kind is ColumnKind.Int64 or ColumnKind.Decimal or ColumnKind.Float64) return true;
        section.Faults.Add(name, $"'{name.Value}' has type {type}, which has no sum", "name an int64, decimal or float64 column");
        return false;
    }
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>One column as it is written, before it is checked against its neighbours.</summary>
/// <param name="Section">Its mapping.</param>
/// <param name="Name">As written, good or bad; null when it is missing.</param>
/// <param name="Type">Null when it is missing or bad.</param>
/// <param name="From">Well-formed paths, for each source.</param>
/// <param name="Derive">What it is made from; null for a column that is read.</param>
/// <param name="Required">As written.</param>
/// <param name="Defaults">JSON scalars, for each source that has one.</param>
internal sealed record ColumnDraft(
    Section Section, YamlText? Name, ColumnType? Type, IReadOnlyDictionary<SourceKind, IReadOnlyList<YamlText>> From,
    DerivationDraft? Derive,
    bool Required, IReadOnlyDictionary<SourceKind, string> Defaults, int? MaxLength, string Description)
{
    /// <summary>Each source's own unit.</summary>
    public required IReadOnlyDictionary<SourceKind, NumberUnit> Units { get; init; }

    /// <summary>How its timestamps are written.</summary>
    public required TimestampForm Form { get; init; }

    /// <summary>Digits too many are rounded.</summary>
    public required bool Rounded { get; init; }

    /// <summary>How its value is hidden; null when it is not, or the mask is bad.</summary>
    public required MaskSpec? Mask { get; init; }

    /// <summary>Streams in which no default stands for the value.</summary>
    public required IReadOnlyList<YamlText> RequiredIn { get; init; }
}

/// <summary>One item of the contract's <c>columns</c>.</summary>
internal static class ColumnSection
{
    private static readonly Words Keys = new(
        "key", ["name", "type", "from", "derive", "required", "required_in", "default", "unit", "format", "round", "max_length",
            "mask", "mask_domain", "description"], []);

    private static readonly Words Units = new("unit", "micros");

    private static readonly Words Forms = new("format", "compact_local");

    /// <summary>The column; null when it is not a mapping, which is reported.</summary>
    /// <param name="number">Its place in the list, from 1.</param>
    public static ColumnDraft? Read(YamlNode node, int number, SourceList sources, FaultList faults)
    {
        var called = (node as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Value == "name").Value as YamlText;
        var subject = called is { IsNull: false } ? $"column {FaultList.Quote(called.Value)}" : $"column {number}";
        if (Section.Open(node, subject, Keys, faults) is not { } section) return null;
        var type = ColumnTypeWord.Read(section.Text("type", "type: string, or another type"), subject, faults);
        var maxLength = section.Number("max_length", 1, LimitsSection.MaxRecordBytes);
        Only(section, "max_length", type, "only strings have one", ColumnKind.String);
        Only(section, "round", type, "only decimals are rounded", ColumnKind.Decimal);
        Only(section, "unit", type, "only decimals have one", ColumnKind.Decimal);
        Only(section, "format", type, "only timestamps have one", ColumnKind.Timestamp);
        Only(section, "mask", type, "only strings have one", ColumnKind.String);
        if (section.Has("format") && sources is { Kinds.Count: > 0, ArePages: false })
            faults.Add(section.At("format"), $"{subject} has a format in an account's time zone, and only pages have an account",
                "remove format");
        if (section.Has("from") == section.Has("derive"))
            faults.Add(section.At("derive"), $"{subject} has {(section.Has("from") ? "both 'from' and" : "neither 'from' nor")} 'derive'",
                "write one of them: from: and the path in the record, or derive: date(…) with the column it is made from");
        var name = Names.Column(section.Text("name", "name: and what files and tables call it"), faults);
        return new(
            section, name, type, Paths(section, sources),
            DerivationText.Read(section), section.Flag("required"), Defaults(section, type, sources), maxLength,
                section.Sentence("description"))
        {
            Units = Read(section, "unit", sources, text => section.Word(text, "unit", Units) is null ? NumberUnit.One : NumberUnit.Micros),
            Form = section.Word("format", Forms) is null ? TimestampForm.Iso : TimestampForm.CompactLocal,
            Rounded = section.Flag("round"),
            RequiredIn = RequiredIn(section, sources),
            Mask = MaskRules.Read(section, name),
        };
    }

    private static IReadOnlyList<YamlText> RequiredIn(Section section, SourceList sources)
    {
        var streams = section.Texts("required_in");
        if (streams.Count > 0 && !section.Has("default"))
            section.Faults.Add(section.At("required_in"), $"{section.Subject} is required in some streams and has no default for the others",
                "add default: and the value of a row that has none, or write required: true");
        var known = sources.Specs.SelectMany(source => source.Pages?.Streams ?? []).ToHashSet(StringComparer.Ordinal);
        foreach (var stream in streams)
            if (sources.Specs.Count > 0 && !known.Contains(stream.Value))
                section.Faults.Add(stream, $"'required_in' of {section.Subject} names {FaultList.Quote(stream.Value)}, which no source has",
                    new Words("stream", [.. known]).InsteadOf(stream.Value));
        return streams;
    }

    private static void Only(Section section, string key, ColumnType? type, string why, ColumnKind kind)
    {
        if (section.Has(key) && type is { } known && known.Kind != kind)
            section.Faults.Add(section.At(key), $"{section.Subject} has a {key} and type {known}", $"remove {key}; {why}");
    }

    private static Dictionary<SourceKind, IReadOnlyList<YamlText>> Paths(Section section, SourceList sources)
    {
        if (!section.HasMap("from"))
        {
            var paths = PathText.Read(section, section.Find("from"), sources.ArePages || sources.Kinds.Count == 0, sources.AreAvro);
            return sources.Kinds.ToDictionary(kind => kind, _ => paths);
        }
        return PerSource.Read(section, "from", sources)
            .ToDictionary(each => each.Kind, each => PathText.Read(section, each.Value, sources.ArePages, sources.AreAvro));
    }

    private static Dictionary<SourceKind, string> Defaults(Section section, ColumnType? type, SourceList sources)
    {
        var found = new Dictionary<SourceKind, string>();
        foreach (var same in PerSource.Read(section, "default", sources).GroupBy(each => each.Value, ReferenceEqualityComparer.Instance))
            if (DefaultText.Read(section, (YamlNode)same.Key!, type) is { } json)
                foreach (var (kind, _) in same) found.Add(kind, json);
        if (section.Has("default") && section.Has("derive"))
            section.Faults.Add(section.At("default"), $"{section.Subject} is derived and has a default", "remove default");
        return found;
    }

    private static Dictionary<SourceKind, T> Read<T>(Section section, string key, SourceList sources, Func<YamlNode, T> read) =>
        PerSource.Read(section, key, sources).GroupBy(each => each.Value, ReferenceEqualityComparer.Instance)
            .SelectMany(same => { var value = read((YamlNode)same.Key!); return same.Select(each => (each.Kind, value)); })
            .ToDictionary(each => each.Kind, each => each.value);
}

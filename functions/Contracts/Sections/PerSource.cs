using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>A key of a column: one value for all sources, or a mapping with one for each: <c>{ google_ads: micros }</c>.</summary>
internal static class PerSource
{
    /// <summary>The values with the sources each is for; sources that the contract does not have are reported.</summary>
    public static IReadOnlyList<(SourceKind Kind, YamlNode Value)> Read(Section section, string key, SourceList sources)
    {
        var node = section.Find(key);
        if (node is null) return [];
        if (node is not YamlMap map) return [.. sources.Kinds.Select(kind => (kind, node))];
        if (map.Entries.Count == 0)
            section.Faults.Add(map, $"'{key}' of {section.Subject} is an empty mapping", "write a value for a source, or remove the key");
        var found = new List<(SourceKind, YamlNode)>();
        foreach (var (name, value) in map.Entries)
        {
            if (sources.Kinds.Count > 0 && !sources.Words.Known.Contains(name.Value))
                section.Faults.Add(name, $"'{key}' of {section.Subject} names {FaultList.Quote(name.Value)}, which is no source of this contract",
                    sources.Words.InsteadOf(name.Value));
            else if (SourceKinds.Parse(name.Value) is { } kind && found.Exists(other => other.Item1 == kind))
                section.Faults.Add(name, $"'{key}' of {section.Subject} names '{name.Value}' twice", "keep one of them");
            else if (value is YamlText { IsNull: true })
                section.Faults.Add(name, $"'{key}' of {section.Subject} is empty for {name.Value}", "write a value or remove the source");
            else if (value is not null && SourceKinds.Parse(name.Value) is { } known) found.Add((known, value));
        }
        return found;
    }
}

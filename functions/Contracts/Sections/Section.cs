using System.Globalization;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts.Sections;

/// <summary>
/// One mapping of a contract, read key by key. Whatever is missing or of the wrong kind is reported once and comes back as null.
/// </summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlNode?> values = new(StringComparer.Ordinal);

    private Section(YamlMap map, string subject, FaultList faults) => (Map, Subject, Faults) = (map, subject, faults);

    /// <summary>The mapping itself.</summary>
    public YamlMap Map { get; }

    /// <summary>What faults call it: <c>column 'SKU'</c>.</summary>
    public string Subject { get; }

    /// <summary>Where faults go.</summary>
    public FaultList Faults { get; }

    /// <summary>Opens a node as a mapping; reports another kind, and keys that are unknown, not supported or given twice.</summary>
    public static Section? Open(YamlNode? node, string subject, Words keys, FaultList faults)
    {
        if (node is null) return null;
        if (node is not YamlMap map)
        {
            faults.Add(node, $"{subject} is {node.Kind}, not a mapping", $"write keys and values; the keys are {keys.All}");
            return null;
        }
        var section = new Section(map, subject, faults);
        foreach (var entry in map.Entries) section.Admit(entry, keys);
        return section;
    }

    /// <summary>Whether the key is written, well or badly.</summary>
    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>Whether a mapping is written under the key.</summary>
    public bool HasMap(string key) => values.GetValueOrDefault(key) is YamlMap;

    /// <summary>Where a fault of a key's value belongs: at the value, or at the mapping when there is none.</summary>
    public YamlNode At(string key) => values.GetValueOrDefault(key) ?? Map;

    /// <summary>The node under a key.</summary>
    /// <param name="example">What to write; with one, a missing key is a fault.</param>
    public YamlNode? Find(string key, string? example = null)
    {
        if (!values.TryGetValue(key, out var node))
        {
            if (example is not null) Faults.Add(Map, $"{Subject} has no '{key}'", $"add {example}");
            return null;
        }
        if (node is not YamlText { IsNull: true }) return node;
        Faults.Add(node, $"'{key}' of {Subject} is empty", example is null ? "write a value or remove the key" : $"write {example}");
        return null;
    }

    /// <summary>The text under a key.</summary>
    /// <param name="example">See <see cref="Find"/>.</param>
    public YamlText? Text(string key, string? example = null)
    {
        var node = Find(key, example);
        if (node is null or YamlText) return (YamlText?)node;
        Faults.Add(node, $"'{key}' of {Subject} is {node.Kind}, not a text", example is null ? "write one text" : $"write {example}");
        return null;
    }

    /// <summary>One sentence for people; empty when the key is absent.</summary>
    public string Sentence(string key) => Text(key)?.Value.Trim() ?? "";

    /// <summary>The whole number under a key.</summary>
    /// <param name="example">See <see cref="Find"/>.</param>
    public int? Number(string key, int least, int most, string? example = null)
    {
        if (Text(key, example) is not { } text) return null;
        if (text.Plain && int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most) return number;
        var remedy = $"write a whole number from {least} to {most}, without quotes";
        Faults.Add(text, $"'{key}' of {Subject} is {FaultList.Quote(text.Value)}", remedy);
        return null;
    }

    /// <summary>The truth value under a key; false when the key is absent.</summary>
    public bool Flag(string key)
    {
        if (Text(key) is not { } text) return false;
        if (text.Plain && text.Value is "true" or "True" or "TRUE") return true;
        if (!text.Plain || text.Value is not ("false" or "False" or "FALSE"))
            Faults.Add(text, $"'{key}' of {Subject} is {FaultList.Quote(text.Value)}", "write true or false, without quotes");
        return false;
    }

    /// <summary>The word under a key; null when it is absent, unknown or not supported, the last two reported.</summary>
    /// <param name="example">See <see cref="Find"/>.</param>
    public string? Word(string key, Words words, string? example = null) =>
        Text(key, example) is { } text ? Word(text, key, words) : null;

    /// <summary>The word that a node of a key holds; null when it is unknown, not supported or no text, which is reported.</summary>
    public string? Word(YamlNode node, string key, Words words)
    {
        if (node is not YamlText text)
        {
            Faults.Add(node, $"'{key}' of {Subject} is {node.Kind}, not a text", $"write one of {words.All}");
            return null;
        }
        if (words.Known.Contains(text.Value)) return text.Value;
        var wrong = words.Later.Contains(text.Value) ? "which this version does not support" : $"which is no {words.Noun}";
        Faults.Add(text, $"'{key}' of {Subject} is {FaultList.Quote(text.Value)}, {wrong}", words.InsteadOf(text.Value));
        return null;
    }

    /// <summary>The list of texts under a key; empty when the key is absent.</summary>
    /// <param name="example">See <see cref="Find"/>; a list that must be there must also hold something.</param>
    public IReadOnlyList<YamlText> Texts(string key, string? example = null)
    {
        var node = Find(key, example);
        if (node is null) return [];
        if (node is not YamlList list)
        {
            var remedy = node is YamlText text ? $"write [{text.Value}]" : "write names in brackets: [a, b]";
            Faults.Add(node, $"'{key}' of {Subject} is {node.Kind}, not a list", remedy);
            return [];
        }
        if (list.Items.Count == 0 && example is not null) Faults.Add(list, $"'{key}' of {Subject} is an empty list", $"write {example}");
        return Texts(list, key);
    }

    /// <summary>The items of a list that are texts; the others are reported.</summary>
    public IReadOnlyList<YamlText> Texts(YamlList list, string key)
    {
        var texts = new List<YamlText>(list.Items.Count);
        foreach (var item in list.Items)
        {
            if (item is YamlText { IsNull: false } text) texts.Add(text);
            else Faults.Add(item, $"an item of '{key}' of {Subject} is {item.Kind}, not a text", "write a text or remove the item");
        }
        return texts;
    }

    private void Admit(YamlEntry entry, Words keys)
    {
        var key = entry.Key.Value;
        if (keys.Later.Contains(key))
            Faults.Add(entry.Key, $"'{key}' of {Subject} is not supported by this version", $"remove it; the keys are {keys.All}");
        else if (!keys.Known.Contains(key))
            Faults.Add(entry.Key, $"{FaultList.Quote(key)} is no key of {Subject}", keys.InsteadOf(key));
        else if (!values.TryAdd(key, entry.Value))
            Faults.Add(entry.Key, $"'{key}' is there twice in {Subject}", "keep one of them");
    }
}

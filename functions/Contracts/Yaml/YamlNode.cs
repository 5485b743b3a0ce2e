namespace Pipeline.Contracts.Yaml;

/// <summary>One node of a YAML document and where it begins.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Column">Counts from 1.</param>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, as a fault names it.</summary>
    public abstract string Kind { get; }
}

/// <summary>A scalar.</summary>
/// <param name="Value">Its text, unquoted and unescaped.</param>
/// <param name="Plain">Written without quotes and not as a block: only then can it stand for a number, a truth value or null.</param>
internal sealed record YamlText(int Line, int Column, string Value, bool Plain) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => IsNull ? "empty" : "a text";

    /// <summary>Nothing was written, or null was.</summary>
    public bool IsNull => Plain && Value is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A sequence. An item that could not be read is left out; its fault is reported.</summary>
internal sealed record YamlList(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping, its entries in their order; a key can be there twice.</summary>
internal sealed record YamlMap(int Line, int Column, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";
}

/// <summary>One entry of a mapping.</summary>
/// <param name="Value">Null when the value could not be read and its fault is reported already.</param>
internal readonly record struct YamlEntry(YamlText Key, YamlNode? Value);

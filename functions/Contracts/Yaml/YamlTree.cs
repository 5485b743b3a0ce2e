using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Contracts.Yaml;

/// <summary>Builds nodes from YAML events, with the place of each, and reports what a contract may not use.</summary>
/// <remarks>
/// YamlDotNet's own model stops at the first duplicate key and follows aliases; a contract's reader has to go on and to stay bounded.
/// https://yaml.org/spec/1.2.2/
/// </remarks>
internal sealed class YamlTree
{
    private const int MaxDepth = 16;      // a contract needs 4

    private readonly IParser parser;
    private readonly FaultList faults;

    private YamlTree(string text, FaultList faults)
    {
        parser = new Parser(new StringReader(text));
        this.faults = faults;
    }

    /// <summary>Reads the one document of a text; null when there is none or it is not YAML, which is reported.</summary>
    public static YamlNode? Read(string text, FaultList faults)
    {
        var tree = new YamlTree(text, faults);
        try
        {
            return tree.Document();
        }
        catch (YamlException error)
        {
            var (line, column) = ((int)error.Start.Line, (int)error.Start.Column);
            faults.Add(line, column, $"this is not YAML: {error.Message.TrimEnd('.')}", "correct the line");
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner throws these for a line that leaves a bracket open and for half a surrogate pair, without a place.
            var last = tree.parser.Current?.Start ?? Mark.Empty;
            faults.Add((int)last.Line, (int)last.Column, "this is not YAML: what begins here does not end well",
                "close every bracket, brace and quote, and correct the escapes");
            return null;
        }
    }

    private YamlNode? Document()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            faults.Add(0, 0, "the file is empty", "write a contract: dataset, version, source, columns, lake");
            return null;
        }
        var root = Node(depth: 1);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            Report(second, "a second YAML document begins here", "write one contract a file, without '---' between");
        return root;
    }

    private YamlNode? Node(int depth)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias)) return Report(alias, $"'*{alias.Value}' is an alias", "write the value out");
        if (parser.Current is not NodeEvent start)
            throw new YamlException(parser.Current!.Start, parser.Current.End, "A value is missing before this.");
        if (!start.Anchor.IsEmpty) Report(start, $"'&{start.Anchor.Value}' is an anchor", "remove it and write repeated values out");
        if (!start.Tag.IsEmpty) Report(start, $"'{start.Tag}' is a tag", "remove it; the types are given by the contract's keys");
        if (depth > MaxDepth)
        {
            parser.SkipThisAndNestedEvents();
            return Report(start, "this is nested too deeply for a contract", "remove it");
        }
        return start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => Sequence(depth),
            _ => Scalar(),
        };
    }

    private YamlText Scalar()
    {
        var scalar = parser.Consume<Scalar>();
        return new(Line(scalar), Column(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);
    }

    private YamlList Sequence(int depth)
    {
        var start = parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            if (Node(depth + 1) is { } item) items.Add(item);
        return new(Line(start), Column(start), items);
    }

    private YamlMap Mapping(int depth)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var keyStart = parser.Current!;
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is YamlText text) entries.Add(new(text, value));
            else if (key is not null) Report(keyStart, $"{key.Kind} stands where a key is expected", "write a key, a colon and a value");
        }
        return new(Line(start), Column(start), entries);
    }

    private YamlNode? Report(ParsingEvent at, string message, string remedy)
    {
        faults.Add(Line(at), Column(at), message, remedy);
        return null;
    }

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    private static int Column(ParsingEvent at) => (int)at.Start.Column;
}

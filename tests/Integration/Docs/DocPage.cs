using System.Text.RegularExpressions;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>A page of docs, whose code blocks are named behind their language: <c>```yaml store_visits.yaml</c>.</summary>
internal sealed partial class DocPage
{
    private readonly Dictionary<string, string> blocks;

    private DocPage(string text) =>
        blocks = Block().Matches(text).ToDictionary(block => block.Groups[1].Value, block => block.Groups[2].Value);

    /// <summary>Reads a page of the folder docs.</summary>
    public static DocPage Read(string name) => new(File.ReadAllText(Repository.PathOf("docs", name)));

    /// <summary>The text of a block.</summary>
    public string this[string name] => blocks[name];

    /// <summary>The lines of a block.</summary>
    public string[] Lines(string name) => blocks[name].Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("^```(\\w+ [\\w./-]+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}

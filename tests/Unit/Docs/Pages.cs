using System.Text.RegularExpressions;
using Pipeline.Tests.Unit.Contracts;

namespace Pipeline.Tests.Unit.Docs;

/// <summary>The repository's Markdown pages.</summary>
internal static partial class Pages
{
    private static readonly string[] Made = ["/bin/", "/obj/", "/node_modules/", "/TestResults/", "/.git/"];

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = Given.Repository();

    /// <summary>Full paths of all pages, but for those that builds and packages bring.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
            .Where(path => !Made.Any(made => path[Root.Length..].Contains(made, StringComparison.Ordinal))).Order(StringComparer.Ordinal),
    ];

    /// <summary>A page without its code.</summary>
    public static string TextOf(string path) => Code().Replace(File.ReadAllText(path), "");

    /// <summary>Where a page's links lead, as they are written; other sites' left out.</summary>
    public static IEnumerable<string> LinksOf(string path) => Link().Matches(TextOf(path)).Select(link => link.Groups[1].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal));

    /// <summary>The anchors of a page's headings, as GitHub makes them.</summary>
    /// <remarks>https://docs.github.com/get-started/writing-on-github (Basic formatting syntax, section links)</remarks>
    public static IReadOnlySet<string> AnchorsOf(string path)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(TextOf(path)))
        {
            var words = LinkText().Replace(heading.Groups[1].Value, "$1").Trim().ToLowerInvariant();
            var anchor = NotInAnchors().Replace(words, "").Replace(' ', '-');
            for (var (again, name) = (0, anchor); !anchors.Add(name); name = $"{anchor}-{++again}") { }
        }
        return anchors;
    }

    [GeneratedRegex("^```.*?^```|^ {4}.*?$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}

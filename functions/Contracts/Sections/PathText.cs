using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts.Sections;

/// <summary>The paths a column reads.</summary>
internal static partial class PathText
{
    /// <summary>The path of an Avro record as a whole.</summary>
    public const string WholeRecord = ".";

    private const string Header = "_slice.";

    private static readonly Words HeaderFields = new(
        "field of a page's header", "source", "account", "account_name", "stream", "kind", "from", "to", "extraction", "extracted_at",
            "page",
        "position", "api_version", "currency", "time_zone", "final_through");

    /// <summary>The well-formed paths of a <c>from</c>, one or a list; the others are reported.</summary>
    public static IReadOnlyList<YamlText> Read(Section section, YamlNode? node, bool arePages, bool areAvro)
    {
        var paths = node switch
        {
            null => [],
            YamlText text => [text],
            YamlList { Items.Count: > 0 } list => section.Texts(list, "from"),
            var other => Refuse(section, other),
        };
        return [.. paths.Where(path => (areAvro && path.Value == WholeRecord) || (IsPath(section, path) && IsKnown(section, path, arePages)))];
    }

    /// <summary>The part of a path in front of a selection, which is what stands in the record.</summary>
    public static string Plain(string path) => path.Split('[', 2)[0];

    private static IReadOnlyList<YamlText> Refuse(Section section, YamlNode node)
    {
        section.Faults.Add(node, $"'from' of {section.Subject} is {(node is YamlList ? "an empty list" : node.Kind)}",
            "write a path such as user.id, or a list of them");
        return [];
    }

    private static bool IsPath(Section section, YamlText path)
    {
        var selects = path.Value.Contains('[') || path.Value.Contains(']');
        if (selects ? Selection().IsMatch(path.Value) && IsPlain(Plain(path.Value)) : IsPlain(path.Value)) return true;
        section.Faults.Add(path, $"'from' of {section.Subject} is {FaultList.Quote(path.Value)}, which is no path", selects
            ? "write list[key=text].member for a member of the one item whose key is that text: actions[action_type=purchase].value"
            : "write the field's name, or names from the outside in with single dots between them: user.id");
        return false;
    }

    private static bool IsPlain(string path) => !path.Split('.').Any(step =>
        step.Length == 0 || step != step.Trim() || step.Any(char.IsControl));

    private static bool IsKnown(Section section, YamlText path, bool arePages)
    {
        if (path.Value != "_slice" && !path.Value.StartsWith(Header, StringComparison.Ordinal)) return true;
        if (!arePages)
        {
            section.Faults.Add(path, $"'from' of {section.Subject} is '{path.Value}', and only pages of a provider have a header",
                "read a field of the record");
            return false;
        }
        var field = path.Value[Math.Min(Header.Length, path.Value.Length)..];
        if (HeaderFields.Known.Contains(field)) return true;
        section.Faults.Add(path, $"'from' of {section.Subject} is {FaultList.Quote(path.Value)}, which no page's header has",
            HeaderFields.InsteadOf(field));
        return false;
    }

    [GeneratedRegex(@"\A[^\[\]]+\[[^\[\]=.]+=[^\[\]]+\]\.[^\[\].]+\z")] private static partial Regex Selection();
}

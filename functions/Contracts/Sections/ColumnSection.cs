using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>One column as it is written, before it is checked against its neighbours.</summary>
/// <param name="Section">Its mapping.</param>
/// <param name="Name">As written, good or bad; null when it is missing.</param>
/// <param name="Type">Null when it is missing or bad.</param>
/// <param name="From">Well-formed paths.</param>
/// <param name="DeriveFrom">The text that names the column it is made from; null for a column that is read.</param>
/// <param name="Required">As written.</param>
internal sealed record ColumnDraft(
    Section Section, YamlText? Name, ColumnType? Type, IReadOnlyList<YamlText> From, YamlText? DeriveFrom, bool Required, int? MaxLength,
    string Description);

/// <summary>One item of the contract's <c>columns</c>.</summary>
internal static partial class ColumnSection
{
    private static readonly Words Keys =
        new("key", ["name", "type", "from", "derive", "required", "max_length", "description"], ["mask"]);

    private static readonly Words Derivations = new("derivation", "date(column)");

    /// <summary>The column; null when it is not a mapping, which is reported.</summary>
    /// <param name="number">Its place in the list, from 1.</param>
    public static ColumnDraft? Read(YamlNode node, int number, FaultList faults)
    {
        var called = (node as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Value == "name").Value as YamlText;
        var subject = called is { IsNull: false } ? $"column {FaultList.Quote(called.Value)}" : $"column {number}";
        if (Section.Open(node, subject, Keys, faults) is not { } section) return null;
        var type = ColumnTypeWord.Read(section.Text("type", "type: string, or another type"), subject, faults);
        var maxLength = section.Number("max_length", 1, LimitsSection.MaxRecordBytes);
        if (section.Has("max_length") && type is { Kind: not ColumnKind.String })
            faults.Add(section.At("max_length"), $"{subject} has a max_length and type {type}", "remove max_length; only strings have one");
        if (section.Has("from") == section.Has("derive"))
            faults.Add(section.At("derive"), $"{subject} has {(section.Has("from") ? "both 'from' and" : "neither 'from' nor")} 'derive'",
                "write one of them: from: and the path in the record, or derive: date(…) with the column it is made from");
        return new(
            section, Names.Column(section.Text("name", "name: and what files and tables call it"), faults), type, Paths(section),
            DeriveFrom(section), section.Flag("required"), maxLength, section.Sentence("description"));
    }

    private static IReadOnlyList<YamlText> Paths(Section section)
    {
        var paths = section.Find("from") switch
        {
            null => [],
            YamlText text => [text],
            YamlList { Items.Count: > 0 } list => section.Texts(list, "from"),
            var other => Refuse(section, other),
        };
        return [.. paths.Where(path => IsPath(section, path))];
    }

    private static IReadOnlyList<YamlText> Refuse(Section section, YamlNode node)
    {
        section.Faults.Add(node, $"'from' of {section.Subject} is {(node is YamlList ? "an empty list" : node.Kind)}",
            "write a path such as user.id, or a list of them");
        return [];
    }

    private static bool IsPath(Section section, YamlText path)
    {
        if (!path.Value.Split('.').Any(step => step.Length == 0 || step != step.Trim() || step.Any(char.IsControl))) return true;
        section.Faults.Add(path, $"'from' of {section.Subject} is {FaultList.Quote(path.Value)}, which is no path",
            "write the field's name, or names from the outside in with single dots between them: user.id");
        return false;
    }

    private static YamlText? DeriveFrom(Section section)
    {
        if (section.Text("derive") is not { } text) return null;
        var form = DerivationForm().Match(text.Value);
        if (form.Success) return text with { Value = form.Groups[1].Value };
        section.Faults.Add(text, $"'derive' of {section.Subject} is {FaultList.Quote(text.Value)}", Derivations.InsteadOf(text.Value));
        return null;
    }

    [GeneratedRegex(@"\Adate\s*\(\s*([^()\s]+)\s*\)\z")] private static partial Regex DerivationForm();
}

using System.Text.RegularExpressions;
using Pipeline.Contracts.Sections;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>A view beside the contracts: <c>views/&lt;name&gt;.sql</c>, whose first line names the datasets it reads.</summary>
/// <param name="Reads">Datasets; the view is created when the tables of all are there.</param>
internal sealed partial record ViewFile(ViewSpec Spec, IReadOnlyList<string> Reads)
{
    /// <summary>Reads the file's text; null when it is bad, which is reported.</summary>
    public static ViewFile? Read(string text, FaultList faults)
    {
        var stem = Path.GetFileNameWithoutExtension(faults.File);
        var name = Names.SnakeCase(new YamlText(1, 1, stem, Plain: true), "a view", faults);
        var first = FirstLine().Match(text);
        if (!first.Success)
            faults.Add(1, 1, "the first line does not say what the view reads", "write '-- reads: ' and the datasets, commas between");
        if (name is null || !first.Success) return null;
        var query = text[first.Length..].Trim().TrimEnd(';');
        if (query.Length > 0)
            return new(
                new(name, query), [.. first.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)]);
        faults.Add(0, 0, "the file holds no query", "write the SELECT that the view stands for");
        return null;
    }

    [GeneratedRegex(@"\A-- reads: ([a-z0-9_, ]+)\r?\n")] private static partial Regex FirstLine();
}

using System.Text.RegularExpressions;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;
using Pipeline.Tests.Unit.Contracts;

namespace Pipeline.Tests.Unit.Alerting;

public sealed partial class AlertCodesTests
{
    private static readonly string Runbook = File.ReadAllText(Given.Repository(AlertCodes.Runbook.Split('/')));
    private static readonly string QualityRunbook = File.ReadAllText(Given.Repository(AlertCodes.QualityRunbook.Split('/')));

    [Fact]
    public void Every_alert_that_the_source_raises_is_registered_with_its_severity()
    {
        var raised = Sources().SelectMany(Raised).ToList();
        Assert.True(raised.Count >= 15, "The source raises alerts in a shape that this test does not find.");
        Assert.All(raised, each => Assert.Contains(AlertCodes.All, known => known.Code == each.Code && known.Severity == each.Severity));
    }

    [Fact]
    public void Every_registered_code_is_raised_somewhere()
    {
        var raised = Sources().SelectMany(Raised).Select(each => each.Code).Append(AlertCodes.Test).ToHashSet();
        Assert.DoesNotContain(AlertCodes.All, known => !raised.Contains(known.Code));
    }

    [Fact]
    public void Every_code_has_its_section_in_the_runbook_and_says_what_to_do_and_when_it_ends()
    {
        var sections = SectionsOf(Runbook);
        Assert.Equal(AlertCodes.All.Select(known => known.Code), sections.Keys);
        Assert.All(sections.Values, section => Assert.All(
            (string[])["**Means** that", "**Do** ", "**Ends** "], word => Assert.Contains(word, section, StringComparison.Ordinal)));
        Assert.All(AlertCodes.All, known => Assert.EndsWith($"alerts.md#{known.Code}", AlertCodes.RunbookOf(known.Code)));
    }

    [Fact]
    public void Every_code_of_quality_has_its_section_too()
    {
        var sections = SectionsOf(QualityRunbook);
        Assert.Equal(QualityCodes.All.Keys, sections.Keys);
        Assert.All(sections.Values, section => Assert.All(
            (string[])["**Means** that", "**Look** ", "**Do** "], word => Assert.Contains(word, section, StringComparison.Ordinal)));
        Assert.All(QualityCodes.All.Keys, code => Assert.EndsWith($"quality-alerts.md#{code}", AlertCodes.RunbookOf(code)));
    }

    [Fact]
    public void Files_that_the_runbooks_link_are_there()
    {
        var links = Link().Matches(Runbook + QualityRunbook).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(Given.Repository("docs", "runbooks", link)), link));
    }

    private static Dictionary<string, string> SectionsOf(string runbook) =>
        runbook.Split("\n## ")[1..].ToDictionary(section => section.Split('\n')[0], section => section);

    private static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Given.Repository("functions"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/Quality/", StringComparison.Ordinal)).Select(File.ReadAllText);

    private static IEnumerable<(string Code, AlertSeverity Severity)> Raised(string source) => Raise().Matches(source).Select(match =>
        (CodeOf(match.Groups["code"].Value.Trim(), source), Enum.Parse<AlertSeverity>(match.Groups["severity"].Value)));

    // A constant is of the same file, or of the registry.
    private static string CodeOf(string expression, string source)
    {
        if (expression.StartsWith('"')) return expression.Trim('"');
        if (expression == $"{nameof(AlertCodes)}.{nameof(AlertCodes.AlertUndeliverable)}") return AlertCodes.AlertUndeliverable;
        var constant = Regex.Match(source, $"const string {expression.Split('.')[^1]} = \"([a-z_]+)\"");
        return constant.Success ? constant.Groups[1].Value : expression;
    }

    // The dataset stands between severity and code.
    [GeneratedRegex("""AlertSeverity\.(?<severity>Critical|Warning),\s*[^,;(){}]+,\s*(?<code>"[a-z_]+"|[A-Za-z.]+),""")]
    private static partial Regex Raise();

    [GeneratedRegex(@"\]\(((?:\.\./)?[a-z0-9-]+\.md)\)")]
    private static partial Regex Link();
}

using System.Text.RegularExpressions;

namespace Pipeline.Tests.Unit.Docs;

public sealed partial class NamedTestsTests
{
    [Fact]
    public void Every_test_that_a_page_names_is_there()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Pages.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories);
        var tests = string.Concat(files.Select(File.ReadAllText));
        var named = Pages.All.SelectMany(page => TestName().Matches(File.ReadAllText(page))).Select(name => name.Groups[1].Value).ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !tests.Contains($" {name}(", StringComparison.Ordinal));
    }

    // A sentence of four words at least.
    [GeneratedRegex(@"`([A-Z][a-z]*(?:_[A-Za-z0-9]+){3,})`")]
    private static partial Regex TestName();
}

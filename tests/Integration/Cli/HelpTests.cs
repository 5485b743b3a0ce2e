using System.CommandLine;
using System.CommandLine.Help;
using Pipeline.App.Cli;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>What the program says of itself, and what docs/command-line.md says of it.</summary>
public sealed class HelpTests
{
    private const string Begin = "<!-- made of the program's verbs; UPDATE_GOLDEN=1 writes it anew -->\n";

    private static readonly string Path = Repository.PathOf("docs", "command-line.md");

    [Fact]
    public async Task Help_has_every_verb_once_in_one_line()
    {
        using var bare = new BareProgram();
        var (code, output, _) = await bare.RunAsync("--help");
        Assert.Equal(0, code);
        var lines = output.Split('\n');
        Assert.All(CommandLine.Verbs().Subcommands, verb => Assert.Single(
            lines, line => line.StartsWith($"  {verb.Name} ", StringComparison.Ordinal)
                && line.EndsWith(verb.Description!, StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.True(line.Length <= 140, line));

        Assert.Contains("--deep", (await bare.RunAsync("reconcile", "--help")).Output, StringComparison.Ordinal);
        Assert.Contains("doctor", (await bare.RunAsync("[suggest:3]", "doc")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_documents_verbs_and_options_are_the_programs()
    {
        var text = File.ReadAllText(Path);
        var written = text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + '\n'
            + CommandLineDocs.Of(CommandLine.Verbs()).TrimEnd() + '\n';
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(Path, written);
        Assert.Equal(written, File.ReadAllText(Path));
    }

    [Fact]
    public void Every_example_of_the_document_can_be_run()
    {
        var examples = File.ReadLines(Path).Select(line => line.Trim())
            .Where(line => line.StartsWith("pipeline ", StringComparison.Ordinal))
            .Select(line => line.Split("  #")[0].Trim()).ToList();
        Assert.True(examples.Count > 15);
        Assert.All(examples,
            example => Assert.Empty(CommandLine.Verbs().Parse(Words(example)).Errors.Select(error => $"{example}: {error.Message}")));
        var verbs = examples.Select(example => example.Split(' ')[1]).ToHashSet();
        Assert.All(CommandLine.Verbs().Subcommands, verb => Assert.Contains(verb.Name, verbs));
    }

    [Fact]
    public void A_value_that_cannot_be_read_is_told_by_every_verb()
    {
        foreach (var (path, verb) in Leaves(CommandLine.Verbs(), []))
        {
            var options = verb.Options.Where(option => option.ValueType != typeof(bool) && option is not HelpOption).ToList();
            string[] words = [.. path, .. options.Select(option => $"{option.Name}=x")];
            var errors = CommandLine.Verbs().Parse(words).Errors;
            Assert.All(
                options.Where(option => option.ValueType == typeof(DateOnly?) || option.ValueType == typeof(int)),
                option => Assert.Contains(errors, error => error.Message.Contains(option.Name, StringComparison.Ordinal)));
            Assert.All(options, option => Assert.NotEmpty(
                CommandLine.Verbs().Parse([.. words.Except([$"{option.Name}=x"]), option.Name]).Errors));
        }
    }

    private static IEnumerable<(string[] Path, Command Verb)> Leaves(Command above, string[] path) => above.Subcommands.SelectMany(
        verb => verb.Subcommands.Count > 0 ? Leaves(verb, [.. path, verb.Name]) : [([.. path, verb.Name], verb)]);

    // As a shell takes it apart: quotes keep blanks.
    private static string[] Words(string line) =>
        [.. line.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries))
            .Skip(1)];
}

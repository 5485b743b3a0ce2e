using System.CommandLine;
using System.Text;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>The reference part of docs/command-line.md, made of the program's own verbs.</summary>
internal static class CommandLineDocs
{
    /// <summary>Every verb with its arguments and options, in Markdown.</summary>
    public static string Of(RootCommand program)
    {
        var text = new StringBuilder();
        foreach (var verb in program.Subcommands) Append(text, "pipeline", verb);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string path, Command verb)
    {
        var name = $"{path} {verb.Name}";
        foreach (var below in verb.Subcommands) Append(text, name, below);
        if (verb.Subcommands.Count > 0) return;
        var arguments = string.Concat(
            verb.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue
            ? $" [{argument.Name.ToUpperInvariant()}]" : $" {argument.Name.ToUpperInvariant()}"));
        text.Append($"### {name}{arguments}\n\n{verb.Description}\n\n| | |\n|---|---|\n");
        foreach (var argument in verb.Arguments) text.Append($"| `{argument.Name.ToUpperInvariant()}` | {argument.Description} |\n");
        foreach (var option in verb.Options.Where(option => !option.Hidden))
            text.Append($"| `{option.Name}`{(option.Required ? ", needed" : "")} | {option.Description} |\n");
        text.Append('\n');
    }
}

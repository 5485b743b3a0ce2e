using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline --help</c>: every verb in one line, in the order of a day's work. A verb's own help is the library's.</summary>
internal sealed class VerbGroups(HelpAction ordinary) : SynchronousCommandLineAction
{
    private const string Others = "More";

    private static readonly (string Group, string[] Verbs)[] Groups =
    [
        ("Set up", ["validate", "migrate", "doctor"]),
        ("Look", ["status", "alerts", "segment", "quarantine", "parquet", "reconcile"]),
        ("Do again", ["plan", "backfill", "replay", "generation"]),
        ("Hand on", ["redshift"]),
        ("Uncover", ["unmask"]),
    ];

    /// <summary>Gives a program this help.</summary>
    public static RootCommand Group(RootCommand program)
    {
        var help = program.Options.OfType<HelpOption>().Single();
        help.Action = new VerbGroups((HelpAction)help.Action!);
        return program;
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand program) return ordinary.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(
            $"""
            {program.Description}

              pipeline                  run the function app
              pipeline VERB [options]   do one thing and end
              pipeline VERB --help      say how
            """);
        var width = program.Subcommands.Max(verb => verb.Name.Length) + 3;
        string[] others = [.. program.Subcommands.Select(verb => verb.Name).Except(Groups.SelectMany(each => each.Verbs))];
        foreach (var (group, verbs) in Groups.Append((Others, others)))
        {
            var present = verbs.Select(name => program.Subcommands.FirstOrDefault(verb => verb.Name == name)).OfType<Command>().ToList();
            if (present.Count == 0) continue;
            output.WriteLine($"\n{group}");
            foreach (var verb in present) output.WriteLine($"  {verb.Name.PadRight(width)}{verb.Description}");
        }
        output.WriteLine("\nExit codes: 0 done, 1 a person must act, 2 wrong arguments, 3 a system is away. Settings are the app's.");
        return ExitCodes.Done;
    }
}

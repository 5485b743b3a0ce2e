using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.App.Cli.Parquet;
using Pipeline.App.Cli.Segments;
using Pipeline.App.Settings;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Cli;

/// <summary>The verbs of <c>pipeline</c>: the same program, run once for an operator instead of for ever for the triggers.</summary>
public static class CommandLine
{
    /// <summary>Whether the arguments name a verb; otherwise the program is the function app.</summary>
    public static bool Names(string[] args) => args is [var first, ..]
        && (Verbs().Subcommands.Any(verb => verb.Name == first) || first is "-h" or "-?" or "--help" or "--version"
            || first.StartsWith("[suggest", StringComparison.Ordinal));

    /// <summary>Runs the verb.</summary>
    /// <returns>One of <see cref="ExitCodes"/>; what is not 0 has a sentence on standard error.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Verbs().Parse(args);
        try
        {
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (Exception error) when (StartUp.Fault(error) is { } fault)
        {
            await Console.Error.WriteLineAsync(fault);
            return error is TransientException ? ExitCodes.Away : ExitCodes.Fault;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    internal static RootCommand Verbs() =>
        VerbGroups.Group(new("Pipeline: streams, files, APIs and tables to Parquet and PostgreSQL, each record once.")
    {
        ValidateVerb.Create(),
        MigrateVerb.Create(),
        GenerationVerb.Create(),
        StatusVerb.Create(),
        UnmaskVerb.Create(),
        AlertsVerb.Create(),
        ReplayVerb.Create(),
        QuarantineVerb.Create(),
        DoctorVerb.Create(),
        ParquetVerb.Create(),
        SegmentVerb.Create(),
        ReconcileVerb.Create(),
        PlanVerb.Create(),
        BackfillVerb.Create(),
        RedshiftVerb.Create(),
    });

    /// <summary>The function app's services, from the environment's settings.</summary>
    internal static ServiceProvider Services() => new ServiceCollection().AddLogging().AddPipeline(Settings()).BuildServiceProvider();

    /// <summary>The environment's settings, and those in files.</summary>
    internal static IConfiguration Settings()
    {
        var variables = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return new ConfigurationBuilder().AddConfiguration(variables).AddSecretFiles(variables).Build();
    }
}

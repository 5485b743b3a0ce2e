using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline migrate</c>: what the function app does before its first trigger, done once before a new version is rolled out.</summary>
internal static class MigrateVerb
{
    public static Command Create()
    {
        var json = Output.JsonOption();
        var verb = new Command("migrate", "Check settings and contracts, and bring the ledger's tables to this version.") { json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            await services.GetRequiredService<StartUp>().RunAsync(stopping);
            new Output(result.GetValue(json)).Answer(new { current = true }, (_, _) => Console.WriteLine("The ledger is of this version."));
            return ExitCodes.Done;
        });
        return verb;
    }
}

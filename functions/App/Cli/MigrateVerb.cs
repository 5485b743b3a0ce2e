using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline migrate</c>: what the function app does before its first trigger, done once before a new version is rolled out.</summary>
internal static class MigrateVerb
{
    public static Command Create()
    {
        var verb = new Command("migrate", "Check settings and contracts, and bring the ledger's tables to this version.");
        verb.SetAction(async (_, stopping) =>
        {
            await using var services = CommandLine.Services();
            await services.GetRequiredService<StartUp>().RunAsync(stopping);
            Console.WriteLine("The ledger is of this version.");
        });
        return verb;
    }
}

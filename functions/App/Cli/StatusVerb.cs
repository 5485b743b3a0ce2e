using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline status</c>: where every dataset stands, as JSON.</summary>
internal static class StatusVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var verb = new Command("status", "Where every dataset stands, as JSON.");
        verb.SetAction(async (_, stopping) =>
        {
            await using var services = CommandLine.Services();
            var status = services.GetRequiredService<StatusReader>();
            foreach (var contract in services.GetRequiredService<ContractSet>().Contracts)
                Console.WriteLine(JsonSerializer.Serialize(await status.ReadAsync(contract, stopping), Indented));
        });
        return verb;
    }
}

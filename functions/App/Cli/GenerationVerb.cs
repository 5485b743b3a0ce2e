using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline generation raise</c>: a topic was recreated or truncated on purpose; read it from its start as new positions.</summary>
internal static class GenerationVerb
{
    public static Command Create()
    {
        var dataset = new Option<string>("--dataset") { Description = "The dataset.", Required = true };
        var stream = new Option<string?>("--stream") { Description = "One stream, <topic>-<topic-partition>; all of the dataset without it." };
        var json = Output.JsonOption();
        var raise = new Command("raise", "Begin a new generation: the streams are read from the start of their log, as new positions.")
        {
            dataset, stream, json,
        };
        raise.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var ledger = services.GetRequiredService<ILandingLedger>();
            var raised = await ledger.RaiseGenerationAsync(result.GetValue(dataset)!, result.GetValue(stream), stopping);
            var answer = raised.Select(shard => new { stream = shard.Stream, generation = shard.Generation }).ToList();
            new Output(result.GetValue(json)).Answer(answer, (_, shards) =>
            {
                foreach (var shard in shards) Console.WriteLine($"{shard.stream}: generation {shard.generation}");
            });
            return ExitCodes.Done;
        });
        return new Command("generation", "Generations of a dataset's streams.") { raise };
    }
}

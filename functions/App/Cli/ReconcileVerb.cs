using System.CommandLine;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Reconcile;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline reconcile</c>: whether ledger, lake, segments and tables agree; every discrepancy with its remedy.</summary>
internal static class ReconcileVerb
{
    private const int MostTold = 1000;

    public static Command Create()
    {
        var dataset = new Option<string?>("--dataset") { Description = "One dataset; all of them without it." };
        var from = Days.Option("--from", "First day of partitions, slices and landings; all without it.");
        var to = Days.Option("--to", "Last day, included.");
        var deep = new Option<bool>("--deep") { Description = "Read every object and compare its SHA-256, not only its size." };
        var json = Output.JsonOption();
        var verb = new Command("reconcile", "Compare the ledger with lake, segments and tables; nothing is changed.")
        {
            dataset, from, to, deep, json,
        };
        Days.Order(verb, from, to);
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contracts = services.GetRequiredService<ContractSet>();
            var wanted = result.GetValue(dataset) is { } name ? [contracts.Named(name)] : contracts.Contracts;
            var output = new Output(result.GetValue(json));
            var answer = await output.ProgressAsync(
                task => RunAsync(services.GetRequiredService<Reconciliation>(), wanted, result.GetValue(from), result.GetValue(to),
                result.GetValue(deep), task, stopping),
                "reconcile");
            output.Answer(answer, Print);
            return answer.Consistent ? ExitCodes.Done : ExitCodes.Fault;
        });
        return verb;
    }

    private static async Task<ReconcileAnswer> RunAsync(
        Reconciliation reconciliation, IReadOnlyList<DatasetContract> contracts, DateOnly? from, DateOnly? to, bool deep,
        IProgressTask task,
        CancellationToken stopping)
    {
        var (told, count, objects, bytes) = (new List<Discrepancy>(), 0L, 0L, 0L);
        try
        {
            for (var i = 0; i < contracts.Count; i++)
            {
                var (done, contract) = (i, contracts[i]);
                var order = new ReconcileOrder(from, to, deep, size =>
                {
                    bytes += size;
                    if (++objects % 1000 == 0) task.Report(done, contracts.Count, $"{contract.Dataset}: {objects} objects");
                });
                task.Report(done, contracts.Count, contract.Dataset);
                await foreach (var discrepancy in reconciliation.RunAsync(contract, order, stopping))
                    if (++count <= MostTold) told.Add(discrepancy);
            }
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.Classify(error, "reconciling");
        }
        return new(count == 0, contracts.Count, objects, bytes, count, told);
    }

    private static void Print(IAnsiConsole console, ReconcileAnswer answer)
    {
        foreach (var each in answer.Discrepancies)
        {
            console.WriteLine($"{each.Dataset} {each.Code}: {Printable.Of(each.Subject)}");
            console.WriteLine($"  {Printable.Of(each.What)}");
            console.WriteLine($"  {each.Remedy}");
        }
        if (answer.Found > answer.Discrepancies.Count) console.WriteLine($"… and {answer.Found - answer.Discrepancies.Count} more.");
        var end = answer.Consistent ? "everything agrees." : $"{answer.Found} discrepancies.";
        console.WriteLine($"{answer.Datasets} datasets, {answer.Objects} objects, {answer.Bytes} bytes: {end}");
    }
}

/// <summary>What <c>pipeline reconcile --json</c> prints.</summary>
/// <param name="Objects">Objects and segments that were compared.</param>
/// <param name="Found">Discrepancies in all; the first thousand are listed.</param>
internal sealed record ReconcileAnswer(
    [property: JsonPropertyName("consistent")] bool Consistent,
    [property: JsonPropertyName("datasets")] int Datasets,
    [property: JsonPropertyName("objects")] long Objects,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("found")] long Found,
    [property: JsonPropertyName("discrepancies")] IReadOnlyList<Discrepancy> Discrepancies);

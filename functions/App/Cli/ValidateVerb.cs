using System.CommandLine;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline validate [FOLDER]</c>: every fault of the dataset contracts, with file, line and remedy.</summary>
internal static class ValidateVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Folder of the dataset contracts.",
            DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "datasets"),
        };
        var json = Output.JsonOption();
        var verb = new Command("validate", "Check dataset contracts: every fault with file, line and remedy.") { folder, json };
        verb.SetAction(async (result, stopping) =>
        {
            var contracts = ContractReader.ReadFolder(result.GetValue(folder)!);
            var answer = Of(contracts);
            new Output(result.GetValue(json)).Answer(answer, Print);
            if (answer.Valid) return ExitCodes.Done;
            await Console.Error.WriteLineAsync($"{contracts.Faults.Count} faults; correct them and validate again.".AsMemory(), stopping);
            return ExitCodes.Fault;
        });
        return verb;
    }

    private static ValidateAnswer Of(ContractSet contracts)
    {
        var keys = CommandLine.Settings().GetSection(MaskingSettings.Section).Get<MaskingSettings>()?.Keys.Count ?? 0;
        return new(
            contracts.Faults.Count == 0,
            [.. contracts.Contracts.Select(contract => new ValidContract(
                contract.Dataset, contract.Version, contract.Columns.Count, keys > 0 ? [] : [.. Masked(contract)]))],
            [.. contracts.Faults.Select(fault => new InvalidContract(fault.File, fault.Line, fault.Column, fault.Message, fault.Remedy))]);
    }

    private static IEnumerable<string> Masked(DatasetContract contract) =>
        contract.Columns.Where(column => column.Mask is { NeedsKey: true }).Select(column => column.Name);

    private static void Print(IAnsiConsole console, ValidateAnswer answer)
    {
        foreach (var each in answer.Contracts)
            console.WriteLine($"{each.Dataset} version {each.Version}: {each.Columns} columns, valid{Needs(each)}");
        foreach (var fault in answer.Faults)
            console.WriteLine(new ContractFault(fault.File, fault.Line, fault.Column, fault.What, fault.Remedy).ToString());
    }

    private static string Needs(ValidContract contract) => contract.NeedsKeyFor.Count == 0 ? ""
        : $"; it masks {string.Join(", ", contract.NeedsKeyFor)} and there is no key: set Masking:Keys:1:Key before the app is started";
}

/// <summary>What <c>pipeline validate --json</c> prints.</summary>
/// <param name="Contracts">Those without a fault of their own.</param>
internal sealed record ValidateAnswer(
    [property: JsonPropertyName("valid")] bool Valid,
    [property: JsonPropertyName("contracts")] IReadOnlyList<ValidContract> Contracts,
    [property: JsonPropertyName("faults")] IReadOnlyList<InvalidContract> Faults);

/// <summary>A contract without a fault.</summary>
/// <param name="NeedsKeyFor">Columns that are masked, where the settings at hand have no key for it.</param>
internal sealed record ValidContract(
    [property: JsonPropertyName("dataset")] string Dataset,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("columns")] int Columns,
    [property: JsonPropertyName("needs_key_for")] IReadOnlyList<string> NeedsKeyFor);

/// <summary>A fault of a contract; line and column are 0 where it is of the file as a whole.</summary>
internal sealed record InvalidContract(
    [property: JsonPropertyName("file")] string File,
    [property: JsonPropertyName("line")] int Line,
    [property: JsonPropertyName("column")] int Column,
    [property: JsonPropertyName("what")] string What,
    [property: JsonPropertyName("remedy")] string Remedy);

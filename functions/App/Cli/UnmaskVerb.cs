using System.CommandLine;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Masking;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline unmask</c>: turns one AES-SIV pseudonym back, after the look was recorded.</summary>
internal static class UnmaskVerb
{
    public static Command Create()
    {
        var dataset = new Option<string>("--dataset") { Description = "The dataset.", Required = true };
        var column = new Option<string>("--column") { Description = "The masked column.", Required = true };
        var value = new Option<string>("--value") { Description = "The pseudonym, s<version>.<base64url>.", Required = true };
        var reason = Reason.Option("recorded in pipeline.audit", "the value is looked at");
        var json = Output.JsonOption();
        var verb = new Command("unmask", "Turn one AES-SIV pseudonym back; the look is recorded first.")
        {
            dataset, column, value, reason, json,
        };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var mask = MaskOf(contract, result.GetValue(column)!);
            var (masked, why) = (result.GetValue(value)!, result.GetValue(reason)!);
            var clear = services.GetRequiredService<MaskKeys>().Unmask(masked, mask.Domain);
            await services.GetRequiredService<AuditLog>().UnmaskingAsync(
                Environment.UserName, contract.Dataset, result.GetValue(column)!, why, masked, stopping);
            new Output(result.GetValue(json)).Answer(
                new UnmaskAnswer(contract.Dataset, result.GetValue(column)!, masked, clear),
                (_, answer) => Console.WriteLine(answer.Value));
            return ExitCodes.Done;
        });
        return verb;
    }

    private static MaskSpec MaskOf(DatasetContract contract, string column)
    {
        var spec = contract.Columns.FirstOrDefault(spec => spec.Name == column)
            ?? throw new TerminalException($"Dataset {contract.Dataset} has no column '{column}'.");
        if (spec.Derive is { Kind: DerivationKind.PreviousMask } derive) return MaskOf(contract, derive.Column);
        return spec.Mask switch
        {
            { Kind: MaskKind.AesSiv } mask => mask,
            { Kind: MaskKind.Hmac } => throw new TerminalException(
                $"Column '{column}' of {contract.Dataset} is masked with hmac, which nobody can turn back; only aes_siv can be."),
            null => throw new TerminalException($"Column '{column}' of {contract.Dataset} is not masked."),
            _ => throw new TerminalException($"What '{column}' of {contract.Dataset} leaves out is in the raw segments only."),
        };
    }
}

/// <summary>What <c>pipeline unmask --json</c> prints.</summary>
internal sealed record UnmaskAnswer(
    [property: JsonPropertyName("dataset")] string Dataset,
    [property: JsonPropertyName("column")] string Column,
    [property: JsonPropertyName("masked")] string Masked,
    [property: JsonPropertyName("value")] string Value);

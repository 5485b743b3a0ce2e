using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

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
        var verb = new Command("validate", "Check the dataset contracts.") { folder };
        verb.SetAction(result =>
        {
            var contracts = ContractReader.ReadFolder(result.GetValue(folder)!).Verified();
            foreach (var contract in contracts.Contracts)
                Console.WriteLine(
                    $"{contract.Dataset} version {contract.Version}: {contract.Columns.Count} columns, valid{Needs(contract)}");
        });
        return verb;
    }

    private static string Needs(DatasetContract contract)
    {
        var settings = CommandLine.Settings().GetSection(MaskingSettings.Section).Get<MaskingSettings>() ?? new();
        var masked = contract.Columns.Where(column => column.Mask is { NeedsKey: true }).Select(column => column.Name).ToList();
        return masked.Count == 0 || settings.Keys.Count > 0 ? ""
            : $"; it masks {string.Join(", ", masked)} and there is no key: set Masking:Keys:1:Key before the app is started";
    }
}

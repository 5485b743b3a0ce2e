using System.CommandLine;
using Pipeline.Contracts;

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
                Console.WriteLine($"{contract.Dataset} version {contract.Version}: {contract.Columns.Count} columns, valid");
        });
        return verb;
    }
}

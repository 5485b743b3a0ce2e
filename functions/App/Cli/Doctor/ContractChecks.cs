using System.Runtime.CompilerServices;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The dataset contracts.</summary>
internal static class ContractChecks
{
    public static IEnumerable<Check> Of(Patient patient)
    {
        yield return new("contracts", "Check the folder with: pipeline validate.", stopping => ExamineAsync(patient, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        foreach (var fault in patient.Contracts.Faults)
        {
            var at = fault.Line == 0 ? fault.File : $"{fault.File}:{fault.Line}:{fault.Column}";
            yield return Finding.Fault("contracts", $"{at}: {fault.Message}.", $"{fault.Remedy}.");
        }
        if (patient.Contracts.Faults.Count == 0)
            yield return Finding.Ok("contracts", $"{patient.Contracts.Contracts.Count} datasets, all valid.");
    }
}

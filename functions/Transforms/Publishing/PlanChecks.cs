using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Publishing;

/// <summary>A publication is transformed under the contract it was planned under, and no other.</summary>
internal static class PlanChecks
{
    /// <exception cref="TerminalException">The contract at hand is another dataset's or version.</exception>
    public static void CheckVersion(this PublicationPlan plan, DatasetContract contract)
    {
        if (plan.Dataset == contract.Dataset && plan.ContractVersion == contract.Version) return;
        throw new TerminalException(
            $"Publication {plan.Id} was planned under {plan.Dataset} version {plan.ContractVersion}, and this program has "
            + $"{contract.Dataset} version {contract.Version}. Run it with the program that has its version, "
            + "or replay its segments under the new one.");
    }
}

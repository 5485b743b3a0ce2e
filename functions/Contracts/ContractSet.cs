using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;

namespace Pipeline.Contracts;

/// <summary>The contracts of one folder, and everything that is wrong with them.</summary>
/// <param name="Contracts">Those without a fault of their own, by dataset name (ordinal).</param>
/// <param name="Faults">By file and line; empty when the set can be used.</param>
public sealed record ContractSet(IReadOnlyList<DatasetContract> Contracts, IReadOnlyList<ContractFault> Faults)
{
    /// <summary>The contract of a dataset; null when the folder has none.</summary>
    public DatasetContract? Find(string dataset) => Contracts.FirstOrDefault(contract => contract.Dataset == dataset);

    /// <summary>This set, when nothing is wrong with it: what a start asks for.</summary>
    /// <exception cref="TerminalException">There are faults; the message lists every one, a line each.</exception>
    public ContractSet Verified() => Faults.Count == 0 ? this : throw new TerminalException(
        $"The dataset contracts have {(Faults.Count == 1 ? "a fault" : $"{Faults.Count} faults")}; correct what follows and start again.\n"
        + string.Join('\n', Faults));
}

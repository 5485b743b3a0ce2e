using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>What became of one contract file.</summary>
/// <param name="Contract">The contract; null when there is a fault, whichever.</param>
/// <param name="Faults">Everything that is wrong, in line order; empty when nothing is.</param>
public sealed record ContractReading(DatasetContract? Contract, IReadOnlyList<ContractFault> Faults);

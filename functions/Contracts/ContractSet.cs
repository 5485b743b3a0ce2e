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

    /// <summary>The contract of a dataset that must be there.</summary>
    /// <exception cref="TerminalException">The folder has no such contract.</exception>
    public DatasetContract Named(string dataset) => Find(dataset) ?? throw new TerminalException(
        $"There is no contract of dataset '{dataset}'; there are {string.Join(", ", Contracts.Select(contract => contract.Dataset))}.");

    /// <summary>The datasets that a provider's stream feeds: those that name it, or else those that take what nobody names.</summary>
    /// <param name="source">As contracts write it: <c>google_ads</c>.</param>
    public IReadOnlyList<DatasetContract> FedBy(string source, string stream)
    {
        if (SourceKinds.Parse(source) is not { } kind) return [];
        var fed = Contracts.Where(contract => contract.SourceOf(kind) is { Pages: not null }).ToLookup(contract =>
            contract.SourceOf(kind)!.Pages!.Streams is { Count: > 0 } streams ? (bool?)streams.Contains(stream) : null);
        return [.. fed[true].Any() ? fed[true] : fed[null]];
    }

    /// <summary>This set, when nothing is wrong with it: what a start asks for.</summary>
    /// <exception cref="TerminalException">There are faults; the message lists every one, a line each.</exception>
    public ContractSet Verified() => Faults.Count == 0 ? this : throw new TerminalException(
        $"The dataset contracts have {(Faults.Count == 1 ? "a fault" : $"{Faults.Count} faults")}; correct what follows and start again.\n"
        + string.Join('\n', Faults));
}

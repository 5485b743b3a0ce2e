using Pipeline.Domain.Failures;

namespace Pipeline.Sources.Slices;

/// <summary>The providers that have accounts in the settings.</summary>
public sealed class SliceSources(IEnumerable<ISliceSource> sources)
{
    private readonly IReadOnlyDictionary<string, ISliceSource> byName = sources.Where(source => source.Accounts.Count > 0).ToDictionary(source => source.Name);

    /// <summary>Names of the providers, in order.</summary>
    public IEnumerable<string> Names => byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Every account of every provider.</summary>
    public IEnumerable<(string Source, string Account)> Accounts => Names.SelectMany(name => byName[name].Accounts.Select(account => (name, account)));

    /// <summary>A provider.</summary>
    /// <exception cref="TerminalException">The settings name no account of it.</exception>
    public ISliceSource Named(string name) => byName.GetValueOrDefault(name)
        ?? throw new TerminalException($"The settings name no account of '{name}'; sources with accounts: {string.Join(", ", Names)}.");
}

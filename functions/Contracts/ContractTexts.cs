namespace Pipeline.Contracts;

/// <summary>The contracts' files as they are written.</summary>
/// <param name="folder">The folder they were read from.</param>
public sealed class ContractTexts(string folder)
{
    /// <summary>The YAML of a dataset that has a contract.</summary>
    public Task<string> ReadAsync(string dataset, CancellationToken stopping) => File.ReadAllTextAsync(Path.Combine(folder, $"{dataset}.yaml"), stopping);
}

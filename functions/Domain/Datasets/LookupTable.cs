namespace Pipeline.Domain.Datasets;

/// <summary>Two columns of a CSV file that is kept with the contracts: what a key stands for. Part of the contract that names it.</summary>
/// <param name="File">Its name in the folder <c>reference</c> beside the contracts.</param>
/// <param name="Value">Heading of the column that is looked up; the key's column is called like the contract's.</param>
/// <param name="Values">Value by key; keys without a value are left out.</param>
public sealed record LookupTable(string File, string Value, IReadOnlyDictionary<string, string> Values);

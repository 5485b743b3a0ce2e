using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Ports;

/// <summary>Knows the keys of rows that are published.</summary>
public interface IPublishedKeys
{
    /// <summary>Says of each key whether its row is a duplicate of a published one.</summary>
    /// <param name="keys">Of some ten thousand rows: one question to the ledger.</param>
    /// <param name="duplicates">As long as <paramref name="keys"/>; every element is set.</param>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away: transform again.</exception>
    ValueTask FindAsync(ReadOnlyMemory<RowKey> keys, Memory<bool> duplicates, CancellationToken stopping);
}

/// <summary>Since this attempt asked which keys are published, another publication published one of its own. Nothing was committed:
/// transform again.</summary>
public sealed class KeysTakenException(long publicationId)
    : Exception($"While publication {publicationId} was transformed, another one published rows with keys of its own.");

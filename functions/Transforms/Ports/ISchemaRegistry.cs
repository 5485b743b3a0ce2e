namespace Pipeline.Transforms.Ports;

/// <summary>Where writers register the schemas of their messages, each under a number.</summary>
public interface ISchemaRegistry
{
    /// <summary>What the archive calls it: numbers of another registry mean other schemas.</summary>
    string Name { get; }

    /// <summary>Asks for a schema.</summary>
    /// <returns>JSON; null when there is none of that number, or none of Avro's.</returns>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">No answer, or one that a moment heals.</exception>
    /// <exception cref="Pipeline.Domain.Failures.TerminalException">The registry refuses us: a person must act.</exception>
    Task<string?> FindAsync(uint id, CancellationToken stopping);
}

/// <summary>Schemas that messages named, kept for as long as their segments: what was landed can be decoded without the registry.</summary>
public interface ISchemaArchive
{
    /// <summary>Finds schemas: ids of one registry, fingerprints of any.</summary>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away.</exception>
    Task<IReadOnlyDictionary<AvroSchemaName, string>> FindAsync(
        string registry, IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping);

    /// <summary>Keeps a schema; one of the same number that is there stays.</summary>
    /// <param name="fingerprint">CRC-64-AVRO of its canonical form; null when it cannot be read.</param>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away.</exception>
    Task KeepAsync(string registry, uint id, ulong? fingerprint, string schema, CancellationToken stopping);
}

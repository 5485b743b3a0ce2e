namespace Pipeline.Transforms.Ports;

/// <summary>The schemas that messages name. What a name stands for never changes, so that decoding stays a pure function.</summary>
public interface IAvroSchemas
{
    /// <summary>A schema that was loaded.</summary>
    /// <returns>JSON; null when it was not loaded, or does not exist.</returns>
    string? Find(AvroSchemaName name);

    /// <summary>Loads schemas that are not in memory yet: from the archive, and what it does not have from the registry.</summary>
    /// <remarks>A schema that exists nowhere is no error: <see cref="Find"/> has none then, and its records are refused.</remarks>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">Archive or registry is away: run the publication again.</exception>
    /// <exception cref="Pipeline.Domain.Failures.TerminalException">The registry refuses us: a person must act.</exception>
    ValueTask LoadAsync(IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping);
}

/// <summary>What a message calls its schema.</summary>
/// <param name="IsFingerprint">True: the CRC-64-AVRO of its canonical form; false: a registry's id.</param>
public readonly record struct AvroSchemaName(bool IsFingerprint, ulong Number)
{
    /// <summary>A registry's id.</summary>
    public static AvroSchemaName OfId(uint id) => new(false, id);

    /// <summary>A fingerprint.</summary>
    public static AvroSchemaName OfFingerprint(ulong fingerprint) => new(true, fingerprint);

    /// <summary><c>id 7</c> or <c>fingerprint 0123456789abcdef</c>.</summary>
    public override string ToString() => IsFingerprint ? $"fingerprint {Number:x16}" : $"id {Number}";
}

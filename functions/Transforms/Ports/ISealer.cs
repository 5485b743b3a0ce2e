namespace Pipeline.Transforms.Ports;

/// <summary>Encrypts refused records before they are written anywhere: they may hold personal data.</summary>
public interface ISealer
{
    /// <summary>Bytes a sealed record has more than the record.</summary>
    int OverheadBytes { get; }

    /// <summary>Seals a record. The same record, context and key give the same bytes, so that a replay writes what was written.</summary>
    /// <param name="context">Where the record came from; a sealed record cannot be opened under another.</param>
    /// <param name="destination">The record's length and <see cref="OverheadBytes"/>.</param>
    void Seal(ReadOnlySpan<byte> record, ReadOnlySpan<byte> context, Span<byte> destination);

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="Pipeline.Domain.Failures.TerminalException">Another key sealed it, the context is another, or it was
    /// changed.</exception>
    byte[] Unseal(ReadOnlySpan<byte> sealedRecord, ReadOnlySpan<byte> context);
}

using System.Security.Cryptography;
using Pipeline.Domain.Failures;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Quarantine;

/// <summary>AES-256-GCM: <c>version 1 · key id (4 bytes) · nonce (12) · tag (16) · ciphertext</c>, the context being authenticated
/// too.</summary>
/// <remarks>
/// The nonce is the HMAC-SHA-256 of context and record, cut to 12 bytes: equal inputs give equal bytes, and a nonce serves two records
/// only if their HMACs collide. Encryption and nonces have keys of their own, both derived from the given one by HKDF (RFC 5869).
/// For any number of threads, one at a time: records are refused seldom.
/// </remarks>
public sealed class AesGcmSealer : ISealer, IDisposable
{
    /// <summary>Bytes of the key.</summary>
    public const int KeyBytes = 32;

    private const byte Version = 1;
    private const int IdBytes = 4;
    private const int NonceAt = 1 + IdBytes;
    private const int NonceBytes = 12;
    private const int TagAt = NonceAt + NonceBytes;
    private const int TagBytes = 16;

    private readonly Lock turn = new();
    private readonly AesGcm cipher;
    private readonly IncrementalHash nonces;
    private readonly byte[] keyId;

    /// <param name="key">32 random bytes; a secret.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public AesGcmSealer(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"The quarantine key has {key.Length} bytes; it needs {KeyBytes}.", nameof(key));
        cipher = new(Derive(key, "pipeline quarantine encryption"u8, KeyBytes), TagBytes);
        nonces = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Derive(key, "pipeline quarantine nonce"u8, KeyBytes));
        keyId = Derive(key, "pipeline quarantine key id"u8, IdBytes);
    }

    /// <inheritdoc/>
    public int OverheadBytes => TagAt + TagBytes;

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> record, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        destination[0] = Version;
        keyId.CopyTo(destination[1..]);
        var nonce = destination.Slice(NonceAt, NonceBytes);
        using var mine = turn.EnterScope();
        Nonce(record, context, nonce);
        cipher.Encrypt(nonce, record, destination.Slice(OverheadBytes, record.Length), destination.Slice(TagAt, TagBytes), context);
    }

    /// <inheritdoc/>
    public byte[] Unseal(ReadOnlySpan<byte> sealedRecord, ReadOnlySpan<byte> context)
    {
        if (sealedRecord.Length < OverheadBytes || sealedRecord[0] != Version)
            throw new TerminalException("The quarantined record is not sealed in a known form; look where it was copied from.");
        if (!sealedRecord.Slice(1, IdBytes).SequenceEqual(keyId))
            throw new TerminalException(
                "The quarantined record was sealed with another key; set the key that was in use when it was refused.");
        var record = new byte[sealedRecord.Length - OverheadBytes];
        try
        {
            var nonce = sealedRecord.Slice(NonceAt, NonceBytes);
            var tag = sealedRecord.Slice(TagAt, TagBytes);
            cipher.Decrypt(nonce, sealedRecord[OverheadBytes..], tag, record, context);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new TerminalException(
                "The quarantined record was changed, or stands under another shard or position than it was refused at.", error);
        }
        return record;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        cipher.Dispose();
        nonces.Dispose();
    }

    private void Nonce(ReadOnlySpan<byte> record, ReadOnlySpan<byte> context, Span<byte> nonce)
    {
        Span<byte> hash = stackalloc byte[32];
        BitConverter.TryWriteBytes(hash, (long)context.Length);
        nonces.AppendData(hash[..8]);
        nonces.AppendData(context);
        nonces.AppendData(record);
        nonces.GetHashAndReset(hash);
        hash[..NonceBytes].CopyTo(nonce);
    }

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose, int bytes)
    {
        var derived = new byte[bytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, [], purpose);
        return derived;
    }
}

using System.Security.Cryptography;

namespace Pipeline.Transforms.Masking;

/// <summary>Deterministic authenticated encryption: the same value under the same key and associated data gives the same bytes.</summary>
/// <remarks>
/// RFC 5297, https://www.rfc-editor.org/rfc/rfc5297. The associated data is fixed when it is made, and so is its share of the work.
/// Allocates nothing a value, except to grow. Not for two threads at once.
/// </remarks>
internal sealed class AesSiv : IDisposable
{
    /// <summary>Bytes of the synthetic IV that stands in front of the encrypted value.</summary>
    public const int TagBytes = AesBlocks.BlockBytes;

    private readonly AesBlocks counter;
    private readonly Cmac cmac;
    private readonly byte[] associated = new byte[TagBytes];
    private byte[] last = new byte[256];
    private byte[] counters = new byte[256];
    private byte[] stream = new byte[256];

    /// <param name="key">32, 48 or 64 bytes: the first half authenticates, the second encrypts.</param>
    /// <param name="associatedData">What sealed values are bound to, in order.</param>
    public AesSiv(ReadOnlySpan<byte> key, params ReadOnlySpan<byte[]> associatedData)
    {
        if (key.Length is not (32 or 48 or 64))
            throw new ArgumentException($"An AES-SIV key has 32, 48 or 64 bytes, not {key.Length}.", nameof(key));
        cmac = new(key[..(key.Length / 2)]);
        counter = new(key[(key.Length / 2)..]);
        Span<byte> mac = stackalloc byte[TagBytes];
        cmac.Of(new byte[TagBytes], associated);
        foreach (var part in associatedData)
        {
            Cmac.Double(associated);
            cmac.Of(part, mac);
            Xor(associated, mac);
        }
    }

    /// <summary>Seals a value.</summary>
    /// <param name="box">Takes the tag and the encrypted value: <see cref="TagBytes"/> more than the value.</param>
    public void Seal(ReadOnlySpan<byte> clear, Span<byte> box)
    {
        Tag(clear, box[..TagBytes]);
        Crypt(box[..TagBytes], clear, box[TagBytes..]);
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <param name="clear">Takes the value; <see cref="TagBytes"/> less than the box.</param>
    /// <returns>False, and nothing in <paramref name="clear"/>, when it was changed or sealed otherwise.</returns>
    public bool TryOpen(ReadOnlySpan<byte> box, Span<byte> clear)
    {
        if (box.Length < TagBytes) return false;
        Span<byte> tag = stackalloc byte[TagBytes];
        Crypt(box[..TagBytes], box[TagBytes..], clear);
        Tag(clear, tag);
        if (CryptographicOperations.FixedTimeEquals(tag, box[..TagBytes])) return true;
        CryptographicOperations.ZeroMemory(clear);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        cmac.Dispose();
        counter.Dispose();
    }

    /// <summary>S2V of the associated data and the value.</summary>
    private void Tag(ReadOnlySpan<byte> clear, Span<byte> tag)
    {
        var bytes = Math.Max(TagBytes, clear.Length);
        if (last.Length < bytes) last = new byte[bytes * 2];
        var text = last.AsSpan(0, bytes);
        clear.CopyTo(text);
        if (clear.Length >= TagBytes) Xor(text[^TagBytes..], associated);
        else
        {
            text[clear.Length..].Clear();
            text[clear.Length] = 0x80;
            Span<byte> doubled = stackalloc byte[TagBytes];
            associated.CopyTo(doubled);
            Cmac.Double(doubled);
            Xor(text, doubled);
        }
        cmac.Of(text, tag);
    }

    /// <summary>Counter mode from the tag, two bits of which are cleared so that no carry leaves its lower words.</summary>
    private void Crypt(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> from, Span<byte> to)
    {
        var blocks = (from.Length + TagBytes - 1) / TagBytes;
        if (counters.Length < blocks * TagBytes) (counters, stream) = (new byte[blocks * TagBytes * 2], new byte[blocks * TagBytes * 2]);
        Span<byte> next = stackalloc byte[TagBytes];
        tag.CopyTo(next);
        next[8] &= 0x7F;
        next[12] &= 0x7F;
        for (var block = 0; block < blocks; block++)
        {
            next.CopyTo(counters.AsSpan(block * TagBytes));
            for (var i = TagBytes - 1; i >= 0 && ++next[i] == 0; i--) { }
        }
        counter.Encrypt(counters, stream, blocks);
        for (var i = 0; i < from.Length; i++) to[i] = (byte)(from[i] ^ stream[i]);
    }

    private static void Xor(Span<byte> into, ReadOnlySpan<byte> with)
    {
        for (var i = 0; i < into.Length; i++) into[i] ^= with[i];
    }
}

using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Transforms.Masking;

/// <summary>Makes the text that stands in a value's place. The same value gives the same text. Not for two threads at once.</summary>
internal abstract class TextMask : IDisposable
{
    /// <summary>Bytes of the masked text of a value of so many bytes, at most.</summary>
    public abstract int MaxBytes(int clearBytes);

    /// <summary>Writes the masked text.</summary>
    /// <returns>Its bytes.</returns>
    public abstract int Write(ReadOnlySpan<byte> clear, Span<byte> into);

    /// <inheritdoc/>
    public virtual void Dispose() { }
}

/// <summary>A pseudonym that nobody can turn back.</summary>
/// <param name="key">For HMAC-SHA-256.</param>
internal sealed class HmacMask(int version, byte[] key, string domain) : TextMask
{
    /// <summary>128 bits: two of a trillion values meet with a chance of about one in 10^15.</summary>
    private const int PseudonymBytes = 16;

    private readonly byte[] head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"h{version}."));
    private readonly byte[] domainAndEnd = [.. Encoding.UTF8.GetBytes(domain), 0];   // a domain's name has no zero byte
    private readonly IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    /// <inheritdoc/>
    public override int MaxBytes(int clearBytes) => head.Length + Base64Url.GetEncodedLength(PseudonymBytes);

    /// <inheritdoc/>
    public override int Write(ReadOnlySpan<byte> clear, Span<byte> into)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hash.AppendData(domainAndEnd);
        hash.AppendData(clear);
        hash.GetHashAndReset(mac);
        head.CopyTo(into);
        return head.Length + Base64Url.EncodeToUtf8(mac[..PseudonymBytes], into[head.Length..]);
    }

    /// <inheritdoc/>
    public override void Dispose() => hash.Dispose();
}

/// <summary>A pseudonym that who has the key can turn back.</summary>
/// <param name="key">For AES-SIV: 64 bytes.</param>
internal sealed class AesSivMask(int version, byte[] key, string domain) : TextMask
{
    private const int MaxHeadBytes = 12;   // s, ten digits of a version, a dot

    private readonly byte[] head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"s{version}."));
    private readonly AesSiv siv = new(key, Encoding.UTF8.GetBytes(domain));
    private byte[] box = [];

    /// <summary>Bytes of a value whose masked text has no more than so many.</summary>
    public static int MaxClearBytes(int maskedBytes) => Math.Max(0, (maskedBytes - MaxHeadBytes) / 4 * 3 - AesSiv.TagBytes);

    /// <summary>The key version a pseudonym names; null when the text is none.</summary>
    public static int? VersionOf(string pseudonym)
    {
        var dot = pseudonym.IndexOf('.');
        return dot > 1 && pseudonym[0] == 's'
            && int.TryParse(pseudonym.AsSpan(1, dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    /// <inheritdoc/>
    public override int MaxBytes(int clearBytes) => head.Length + Base64Url.GetEncodedLength(clearBytes + AesSiv.TagBytes);

    /// <inheritdoc/>
    public override int Write(ReadOnlySpan<byte> clear, Span<byte> into)
    {
        var bytes = clear.Length + AesSiv.TagBytes;
        if (box.Length < bytes) box = new byte[Math.Max(256, bytes * 2)];
        siv.Seal(clear, box.AsSpan(0, bytes));
        head.CopyTo(into);
        return head.Length + Base64Url.EncodeToUtf8(box.AsSpan(0, bytes), into[head.Length..]);
    }

    /// <summary>The value of a pseudonym; null when it was not made with this key in this domain.</summary>
    public string? Open(string pseudonym)
    {
        var text = pseudonym.AsSpan(pseudonym.IndexOf('.') + 1);
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written < AesSiv.TagBytes) return null;
        var clear = new byte[written - AesSiv.TagBytes];
        return siv.TryOpen(bytes.AsSpan(0, written), clear) ? Encoding.UTF8.GetString(clear) : null;
    }

    /// <inheritdoc/>
    public override void Dispose() => siv.Dispose();
}

/// <summary>The network of an IP address.</summary>
internal sealed class IpMask : TextMask
{
    /// <inheritdoc/>
    public override int MaxBytes(int clearBytes) => IpNetwork.MaxBytes;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The text is no address: such a record is refused before.</exception>
    public override int Write(ReadOnlySpan<byte> clear, Span<byte> into) => IpNetwork.TryWrite(clear, into, out var written)
        ? written
        : throw new InvalidOperationException("A text that is no IP address reached the mask; its record should have been refused.");
}

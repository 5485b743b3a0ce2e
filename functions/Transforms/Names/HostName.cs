using System.Globalization;
using System.Text;

namespace Pipeline.Transforms.Names;

/// <summary>Takes the host out of an address, or of a text that is a host itself.</summary>
/// <remarks>Allocates nothing where the host is ASCII. Not for two threads at once.</remarks>
internal sealed class HostName
{
    private const int MaxBytes = 253, MaxLabelBytes = 63;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    private readonly byte[] host = new byte[MaxBytes];

    /// <summary>The host in lower-case ASCII (IDNA), without scheme, credentials, port, path and a dot at its end.</summary>
    /// <returns>Valid until the next call; empty for an IP address and for what is no host name.</returns>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> address)
    {
        var length = Copy(Authority(address));
        var name = host.AsSpan(0, Math.Max(0, length));
        return IsName(name) && !IsIpAddress(name) ? name : default;
    }

    private static ReadOnlySpan<byte> Authority(ReadOnlySpan<byte> address)
    {
        var rest = address.Trim(" \t\r\n"u8);
        var scheme = rest.IndexOf("//"u8);
        if (scheme == 0 || (scheme > 1 && rest[scheme - 1] == ':' && rest[..scheme].IndexOfAny("/?#"u8) < 0)) rest = rest[(scheme + 2)..];
        if (rest.IndexOfAny("/?#\\"u8) is var end and >= 0) rest = rest[..end];
        rest = rest[(rest.LastIndexOf((byte)'@') + 1)..];
        if (rest.LastIndexOf((byte)':') is var colon and >= 0 && rest[(colon + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            rest = rest[..colon];
        return rest.EndsWith("."u8) ? rest[..^1] : rest;
    }

    /// <returns>Bytes in <see cref="host"/>; -1 when the name is too long or none.</returns>
    private int Copy(ReadOnlySpan<byte> name)
    {
        if (!Ascii.IsValid(name)) return CopyIdn(Encoding.UTF8.GetString(name));
        return name.Length <= MaxBytes && Ascii.ToLower(name, host, out var written) == System.Buffers.OperationStatus.Done ? written : -1;
    }

    private int CopyIdn(string name)
    {
        try
        {
            var ascii = Idn.GetAscii(name.ToLowerInvariant()).ToLowerInvariant();
            return ascii.Length <= MaxBytes ? Encoding.ASCII.GetBytes(ascii, host) : -1;
        }
        catch (ArgumentException)
        {
            return -1;      // no name by the rules of IDNA: a label too long, empty or of forbidden characters
        }
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (var label in name.Split((byte)'.'))
        {
            var (start, length) = label.GetOffsetAndLength(name.Length);
            if (length is 0 or > MaxLabelBytes) return false;
            foreach (var value in name.Slice(start, length))
                if (!char.IsAsciiLetterLower((char)value) && !char.IsAsciiDigit((char)value) && value is not ((byte)'-' or (byte)'_')) return false;
        }
        return true;
    }

    // No top-level domain is a number, so a name that ends in one is an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker
    private static bool IsIpAddress(ReadOnlySpan<byte> name) =>
        name[(name.LastIndexOf((byte)'.') + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}

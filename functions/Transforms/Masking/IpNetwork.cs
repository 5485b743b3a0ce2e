using System.Buffers.Binary;
using System.Buffers.Text;

namespace Pipeline.Transforms.Masking;

/// <summary>The network of an IP address as text: <c>203.0.113.0/24</c>, <c>2001:db8:7::/48</c>.</summary>
/// <remarks>
/// Addresses are what RFC 4291 section 2.2 and dotted decimals allow, and nothing that older parsers forgive: no octal, no short forms, no
/// zones. An IPv4 address in IPv6's clothes (<c>::ffff:203.0.113.7</c>) is an IPv4 address. The result is RFC 5952's.
/// </remarks>
internal static class IpNetwork
{
    /// <summary>Bytes of the longest result.</summary>
    public const int MaxBytes = 24;

    private const int Groups = 8;

    /// <summary>Whether a text is an address.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> text) => TryRead(text, stackalloc ushort[Groups], out _);

    /// <summary>Writes an address's network.</summary>
    /// <returns>False when the text is no address.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> text, Span<byte> into, out int written)
    {
        written = 0;
        Span<ushort> groups = stackalloc ushort[Groups];
        if (!TryRead(text, groups, out var isV4)) return false;
        if (isV4)
        {
            ReadOnlySpan<int> bytes = [groups[6] >> 8, groups[6] & 0xFF, groups[7] >> 8];
            foreach (var value in bytes)
            {
                Utf8Formatter.TryFormat(value, into[written..], out var digits);
                into[written += digits] = (byte)'.';
                written++;
            }
            "0/24"u8.CopyTo(into[written..]);
            written += 4;
            return true;
        }
        var shown = groups[2] != 0 ? 3 : groups[1] != 0 ? 2 : groups[0] != 0 ? 1 : 0;
        for (var i = 0; i < shown; i++)
        {
            if (i > 0) into[written++] = (byte)':';
            Utf8Formatter.TryFormat(groups[i], into[written..], out var digits, new('x'));
            written += digits;
        }
        "::/48"u8.CopyTo(into[written..]);
        written += 5;
        return true;
    }

    private static bool TryRead(ReadOnlySpan<byte> text, Span<ushort> groups, out bool isV4)
    {
        isV4 = text.IndexOf((byte)':') < 0;
        if (isV4) return TryReadV4(text, groups[6..]);
        if (!TryReadV6(text, groups)) return false;
        isV4 = groups[..5].IndexOfAnyExcept((ushort)0) < 0 && groups[5] == 0xFFFF;
        return true;
    }

    private static bool TryReadV4(ReadOnlySpan<byte> text, Span<ushort> two)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            var dot = i < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (dot is < 1 or > 3 || (dot > 1 && text[0] == '0')) return false;
            if (!Utf8Parser.TryParse(text[..dot], out bytes[i], out var used) || used != dot) return false;
            text = text[Math.Min(text.Length, dot + 1)..];
        }
        (two[0], two[1]) = (BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        return true;
    }

    private static bool TryReadV6(ReadOnlySpan<byte> text, Span<ushort> groups)
    {
        groups.Clear();
        var gap = text.IndexOf("::"u8);
        if (gap < 0) return TryReadGroups(text, groups, out var all) && all == Groups;
        Span<ushort> behind = stackalloc ushort[Groups];
        var (before, after) = (0, 0);
        if (gap > 0 && (!TryReadGroups(text[..gap], groups, out before) || text[..gap].IndexOf((byte)'.') >= 0)) return false;
        var rest = text[(gap + 2)..];
        if (!rest.IsEmpty && !TryReadGroups(rest, behind, out after)) return false;
        if (before + after >= Groups) return false;
        groups[before..].Clear();
        behind[..after].CopyTo(groups[(Groups - after)..]);
        return true;
    }

    /// <summary>Groups of hexadecimal digits with single colons between them; the last two may be a dotted IPv4 address.</summary>
    private static bool TryReadGroups(ReadOnlySpan<byte> text, Span<ushort> groups, out int count)
    {
        for (count = 0; count < Groups; count++)
        {
            var colon = text.IndexOf((byte)':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.IndexOf((byte)'.') >= 0)
            {
                if (count > Groups - 2 || !TryReadV4(group, groups.Slice(count, 2))) return false;
                count += 2;
                return true;
            }
            if (group.Length is 0 or > 4) return false;
            if (!Utf8Parser.TryParse(group, out groups[count], out var used, 'x') || used != group.Length) return false;
            if (colon < 0)
            {
                count++;
                return true;
            }
            text = text[(colon + 1)..];
        }
        return false;
    }
}

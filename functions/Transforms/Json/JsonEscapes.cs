using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Pipeline.Transforms.Json;

/// <summary>Texts with escapes, whose form the scanner has already proved.</summary>
internal static class JsonEscapes
{
    /// <summary>Decodes a text.</summary>
    /// <param name="text">What stands between the quotes.</param>
    /// <param name="destination">At least as long as the text: no escape is shorter than what it stands for.</param>
    /// <returns>Bytes written.</returns>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = text.IndexOf((byte)'\\');
            if (plain < 0) plain = text.Length;
            text[..plain].CopyTo(destination[written..]);
            written += plain;
            if (plain == text.Length) return written;
            text = text[(plain + 1)..];
            var room = destination[written..];
            written += text[0] == (byte)'u' ? DecodeUnicode(ref text, room) : DecodeShort(ref text, room);
        }
    }

    /// <summary>Whether a JSON text holds U+0000 in one of its strings, which only an escape can write.</summary>
    public static bool HoldNul(ReadOnlySpan<byte> json)
    {
        for (var at = json.IndexOf((byte)'\\'); at >= 0; at = json.IndexOf((byte)'\\'))
        {
            if (json[at..].StartsWith("\\u0000"u8)) return true;
            json = json[(at + 2)..];
        }
        return false;
    }

    private static int DecodeShort(ref ReadOnlySpan<byte> text, Span<byte> destination)
    {
        destination[0] = text[0] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            var same => same,
        };
        text = text[1..];
        return 1;
    }

    private static int DecodeUnicode(ref ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var unit = (char)Hex(text[1..5]);
        text = text[5..];
        if (!char.IsSurrogate(unit)) return new Rune(unit).EncodeToUtf8(destination);
        var low = (char)Hex(text[2..6]);
        text = text[6..];
        return new Rune(unit, low).EncodeToUtf8(destination);
    }

    private static ushort Hex(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ushort value, out _, 'x')
            ? value
            : throw new UnreachableException("The scanner let a bad escape pass.");
}

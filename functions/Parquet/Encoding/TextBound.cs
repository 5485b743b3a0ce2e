using System.Buffers;
using System.Text;

namespace Pipeline.Parquet.Encoding;

/// <summary>Texts in statistics: at most <see cref="MaxBytes"/> bytes, and still UTF-8.</summary>
internal static class TextBound
{
    /// <summary>Bytes of a text that are kept.</summary>
    public const int MaxBytes = 64;

    /// <summary>The text, or where it is long its beginning, which is below it.</summary>
    public static byte[] Lower(ReadOnlySpan<byte> text) => Beginning(text).ToArray();

    /// <summary>The text, or where it is long a short text above all that begin as it does; null when there is none.</summary>
    public static byte[]? Upper(ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxBytes) return text.ToArray();
        var beginning = Beginning(text);
        while (!beginning.IsEmpty)
        {
            if (Rune.DecodeLastFromUtf8(beginning, out var last, out var lastBytes) != OperationStatus.Done) return null;
            beginning = beginning[..^lastBytes];
            // The order of UTF-8 bytes is the order of code points; surrogates are none.
            if (last.Value == 0x10FFFF) continue;
            var next = new Rune(last.Value == 0xD7FF ? 0xE000 : last.Value + 1);
            var upper = new byte[beginning.Length + next.Utf8SequenceLength];
            beginning.CopyTo(upper);
            next.EncodeToUtf8(upper.AsSpan(beginning.Length));
            return upper;
        }

        return null;
    }

    // Cut before a byte that begins a character.
    private static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxBytes) return text;
        var end = MaxBytes;
        while (end > 0 && (text[end] & 0xC0) == 0x80) end--;
        return text[..end];
    }
}

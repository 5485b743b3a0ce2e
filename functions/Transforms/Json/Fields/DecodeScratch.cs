namespace Pipeline.Transforms.Json.Fields;

/// <summary>A buffer for texts whose escapes or doubled quotes are decoded; its content is valid until the next call.</summary>
internal sealed class DecodeScratch
{
    private byte[] bytes = new byte[1024];

    /// <summary>A text token's value, decoded.</summary>
    public ReadOnlySpan<byte> TextOf(in FieldToken token, ReadOnlySpan<byte> run)
    {
        var text = token.In(run);
        if (token.Kind == TokenKind.String) return text;
        if (bytes.Length < text.Length) bytes = new byte[Math.Max(text.Length, bytes.Length * 2)];
        return bytes.AsSpan(0, token.Kind == TokenKind.EscapedString ? JsonEscapes.Decode(text, bytes) : Undouble(text, bytes));
    }

    /// <summary>Copies a text and one of each two quotes.</summary>
    private static int Undouble(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = text.IndexOf((byte)'"') + 1;
            if (plain == 0) plain = text.Length;
            text[..plain].CopyTo(destination[written..]);
            written += plain;
            if (plain == text.Length) return written;
            text = text[(plain + 1)..];
        }
    }
}

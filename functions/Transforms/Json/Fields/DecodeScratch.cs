namespace Pipeline.Transforms.Json.Fields;

/// <summary>A buffer for texts whose escapes are decoded; its content is valid until the next call.</summary>
internal sealed class DecodeScratch
{
    private byte[] bytes = new byte[1024];

    /// <summary>A text token's value, escapes decoded.</summary>
    public ReadOnlySpan<byte> TextOf(in FieldToken token, ReadOnlySpan<byte> run)
    {
        var text = token.In(run);
        if (token.Kind == TokenKind.String) return text;
        if (bytes.Length < text.Length) bytes = new byte[Math.Max(text.Length, bytes.Length * 2)];
        return bytes.AsSpan(0, JsonEscapes.Decode(text, bytes));
    }
}

using System.Text;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Texts that a source sends where it means null.</summary>
internal sealed class NullTexts(IReadOnlyList<string> texts)
{
    private readonly byte[][] texts = [.. texts.Select(Encoding.UTF8.GetBytes)];
    private readonly DecodeScratch scratch = new();

    /// <summary>No text means null.</summary>
    public bool IsEmpty => texts.Length == 0;

    /// <summary>Whether a value is such a text.</summary>
    public bool Hold(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (IsEmpty || !token.IsText) return false;
        var text = scratch.TextOf(token, run);
        foreach (var each in texts)
            if (text.SequenceEqual(each)) return true;
        return false;
    }
}

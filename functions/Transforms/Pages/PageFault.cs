using System.Globalization;
using System.Text;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Pages;

/// <summary>Why a page is refused as a whole.</summary>
/// <param name="Field">The key at fault; empty for the page as such.</param>
/// <param name="Message">One sentence; it names keys, never values.</param>
internal readonly record struct PageFault(RejectionCode Code, string Field, string Message)
{
    private const int MaxName = 100;

    /// <summary>The answer has not the form that was agreed.</summary>
    public static PageFault OfEnvelope(string field, string message) => new(RejectionCode.Envelope, field, message);

    /// <summary>A name that a provider chose, fit for one line: cut, control characters escaped.</summary>
    public static string Clean(ReadOnlySpan<byte> name) => Clean(Encoding.UTF8.GetString(name[..Math.Min(name.Length, 4 * MaxName)]));

    /// <summary>A name in quotes.</summary>
    public static string Quote(string name) => $"'{Clean(name)}'";

    private static string Clean(string name)
    {
        var clean = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            if (clean.Length >= MaxName) return clean.Append('…').ToString();
            if (Rune.IsControl(rune)) clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else clean.Append(rune.ToString());
        }
        return clean.ToString();
    }
}

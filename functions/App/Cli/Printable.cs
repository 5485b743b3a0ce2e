namespace Pipeline.App.Cli;

/// <summary>Text of others on a terminal: what could move the cursor or colour the screen is shown, not done.</summary>
internal static class Printable
{
    private const int MostCharacters = 2000;

    /// <summary>The text without control characters, cut where it is very long.</summary>
    public static string Of(string text)
    {
        var shown = text.Length > MostCharacters ? $"{text[..MostCharacters]}…" : text;
        return shown.Any(char.IsControl)
            ? string.Concat(shown.Select(each => char.IsControl(each) ? $"\\u{(int)each:x4}" : each.ToString())) : shown;
    }
}

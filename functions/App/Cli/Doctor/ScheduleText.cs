using System.Globalization;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Tells whether a text is a schedule that a timer trigger takes, in either host.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions</remarks>
internal static class ScheduleText
{
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly (string Name, int Least, int Most, string[] Names)[] Fields =
    [
        ("second", 0, 59, []), ("minute", 0, 59, []), ("hour", 0, 23, []),
        ("day", 1, 31, []), ("month", 1, 12, Months), ("day of week", 0, 6, Days),
    ];

    /// <summary>What is wrong with it, as a sentence's end; null when nothing is.</summary>
    public static string? FaultOf(string text)
    {
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && every > TimeSpan.Zero ? null
                : $"has {parts.Length} fields instead of six (second minute hour day month day-of-week)";
        var first = Fields.Length - parts.Length;
        for (var i = 0; i < parts.Length; i++)
            if (!parts[i].Split(',').All(part => IsPart(part, Fields[first + i])))
                return $"has '{parts[i]}' as its {Fields[first + i].Name}, "
                    + $"which is from {Fields[first + i].Least} to {Fields[first + i].Most}";
        return null;
    }

    private static bool IsPart(string text, (string Name, int Least, int Most, string[] Names) field)
    {
        var slash = text.IndexOf('/');
        if (slash >= 0 && !IsStep(text.AsSpan(slash + 1))) return false;
        var range = slash >= 0 ? text[..slash] : text;
        return range == "*" || (range.Split('-') is { Length: <= 2 } ends && ends.All(end => IsValue(end, field)));
    }

    private static bool IsStep(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step > 0;

    private static bool IsValue(string text, (string Name, int Least, int Most, string[] Names) field) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number >= field.Least && number <= field.Most
        : text.Length > 0 && field.Names.Any(name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
}

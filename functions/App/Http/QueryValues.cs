using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Pipeline.App.Http;

/// <summary>Reads what stands behind the question mark of a request, and says all that is wrong with it.</summary>
internal static class QueryValues
{
    private const int UsualLimit = 20;
    private const int MaxLimit = 500;

    /// <summary>How many items at most: <c>limit</c>, 20 where it is not said.</summary>
    public static int Limit(HttpRequest request, List<string> faults, int most = MaxLimit)
    {
        if ((string?)request.Query["limit"] is not { } text) return UsualLimit;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most) return limit;
        faults.Add($"'limit' is '{text}'; write a number from 1 to {most}.");
        return UsualLimit;
    }

    /// <summary>The id before which items are wanted: <c>before</c>; null from the newest on.</summary>
    public static long? Before(HttpRequest request, List<string> faults)
    {
        if ((string?)request.Query["before"] is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var before)) return before;
        faults.Add($"'before' is '{text}'; write the id that the answer before gave as next_before.");
        return null;
    }

    /// <summary>A day that may be missing.</summary>
    public static DateOnly Day(HttpRequest request, string name, DateOnly usual, List<string> faults)
    {
        if ((string?)request.Query[name] is not { } text) return usual;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        faults.Add($"'{name}' is '{text}', no day; write it as 2026-09-30.");
        return usual;
    }
}

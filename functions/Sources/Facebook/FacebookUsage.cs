using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>How much of its limits Meta says is used: https://developers.facebook.com/docs/graph-api/overview/rate-limiting.</summary>
public static class FacebookUsage
{
    private const string App = "X-App-Usage";
    private const string Account = "X-Ad-Account-Usage";
    private const string Business = "X-Business-Use-Case-Usage";
    private const string Insights = "x-fb-ads-insights-throttle";
    private const double Full = 100;

    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>Whether a limit is used up, though this answer was still good; and whether it is the application's.</summary>
    public static (bool Account, bool Application) UsedUp(ProviderHeaders headers)
    {
        var insights = Parse(headers[Insights]);
        return (
            Business_(headers).Any(use => Highest(use, "call_count", "total_cputime", "total_time") >= Full)
                || Highest(Parse(headers[Account]), "acc_id_util_pct") >= Full || Highest(insights, "acc_id_util_pct") >= Full,
            Highest(Parse(headers[App]), "call_count", "total_cputime", "total_time") >= Full || Highest(insights, "app_id_util_pct") >= Full);
    }

    /// <summary>The longest time that any of the headers names, a minute at least.</summary>
    public static TimeSpan Wait(ProviderHeaders headers)
    {
        var minutes = Business_(headers).Select(use => use.Member("estimated_time_to_regain_access").Number() ?? 0).DefaultIfEmpty(0).Max();
        var seconds = Parse(headers[Account]).Member("reset_time_duration").Number() ?? 0;
        var named = TimeSpan.FromSeconds(Math.Max(Math.Max(0, minutes) * 60, Math.Max(0, seconds)));
        return named > Least ? named : Least;
    }

    // One business can be limited in several ways at once: every element counts, not the first alone.
    private static IEnumerable<System.Text.Json.JsonElement?> Business_(ProviderHeaders headers) =>
        Parse(headers[Business]) is { ValueKind: System.Text.Json.JsonValueKind.Object } businesses
            ? businesses.EnumerateObject().SelectMany(business => ((System.Text.Json.JsonElement?)business.Value).Items())
            : [];

    private static System.Text.Json.JsonElement? Parse(string? header) =>
        header is null ? null : JsonText.Parse(System.Text.Encoding.UTF8.GetBytes(header));

    private static double Highest(System.Text.Json.JsonElement? usage, params ReadOnlySpan<string> names)
    {
        var highest = 0d;
        foreach (var name in names) highest = Math.Max(highest, usage.Member(name).Number() ?? 0);
        return highest;
    }
}

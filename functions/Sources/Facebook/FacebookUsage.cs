using System.Text.Json;
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

    private static readonly TimeSpan Unnamed = TimeSpan.FromMinutes(1);

    /// <summary>Whether a limit is used up, though this answer was still good; and whether it is the application's.</summary>
    public static (bool Account, bool Application) UsedUp(ProviderHeaders headers)
    {
        var insights = Parse(headers[Insights]);
        return (
            BusinessUses(headers).Any(use => Highest(use, "call_count", "total_cputime", "total_time") >= Full)
                || Highest(Parse(headers[Account]), "acc_id_util_pct") >= Full || Highest(insights, "acc_id_util_pct") >= Full,
            Highest(Parse(headers[App]), "call_count", "total_cputime", "total_time") >= Full || Highest(insights, "app_id_util_pct") >= Full);
    }

    /// <summary>The highest share of a limit that is used, 1 for all of it; null when the answer says nothing.</summary>
    public static double? Share(ProviderHeaders headers)
    {
        if (headers[App] is null && headers[Account] is null && headers[Business] is null && headers[Insights] is null) return null;
        var insights = Highest(Parse(headers[Insights]), "acc_id_util_pct", "app_id_util_pct");
        var own = Math.Max(Highest(Parse(headers[App]), "call_count", "total_cputime", "total_time"), Highest(Parse(headers[Account]), "acc_id_util_pct"));
        var business = BusinessUses(headers).Select(use => Highest(use, "call_count", "total_cputime", "total_time")).DefaultIfEmpty(0).Max();
        return Math.Max(insights, Math.Max(own, business)) / Full;
    }

    /// <summary>The longest time that any of the headers names; a minute when none does.</summary>
    public static TimeSpan Wait(ProviderHeaders headers)
    {
        var minutes = BusinessUses(headers).Select(use => use.Member("estimated_time_to_regain_access").Number() ?? 0).DefaultIfEmpty(0).Max();
        var seconds = Parse(headers[Account]).Member("reset_time_duration").Number() ?? 0;
        var named = TimeSpan.FromSeconds(Math.Max(Math.Max(0, minutes) * 60, Math.Max(0, seconds)));
        return named > TimeSpan.Zero ? named : Unnamed;
    }

    // One business can be limited in several ways at once: every element counts, not the first alone.
    private static IEnumerable<JsonElement?> BusinessUses(ProviderHeaders headers) =>
        Parse(headers[Business]) is { ValueKind: JsonValueKind.Object } businesses
            ? businesses.EnumerateObject().SelectMany(business => ((JsonElement?)business.Value).Items())
            : [];

    private static JsonElement? Parse(string? header) =>
        header is null ? null : JsonText.Parse(System.Text.Encoding.UTF8.GetBytes(header));

    private static double Highest(JsonElement? usage, params ReadOnlySpan<string> names)
    {
        var highest = 0d;
        foreach (var name in names) highest = Math.Max(highest, usage.Member(name).Number() ?? 0);
        return highest;
    }
}

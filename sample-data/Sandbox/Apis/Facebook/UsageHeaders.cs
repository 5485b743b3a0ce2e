using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>What the Graph API says about the caller's use of its limits.</summary>
/// <remarks>https://developers.facebook.com/docs/graph-api/overview/rate-limiting</remarks>
internal static class UsageHeaders
{
    private const int Calm = 7;
    private const string Tier = "standard_access";

    /// <summary>All headers of an answer.</summary>
    /// <param name="account">Whose limits; null where the call has no account.</param>
    /// <param name="closedFor">How long it is throttled; null while it is not.</param>
    public static Dictionary<string, string> Of(string version, AdAccount? account, TimeSpan? closedFor, bool wholeApp)
    {
        var app = wholeApp ? 100 : Calm;
        var headers = new Dictionary<string, string>
        {
            ["facebook-api-version"] = version,
            ["X-App-Usage"] = new JsonObject { ["call_count"] = app, ["total_time"] = Calm, ["total_cputime"] = Calm }.ToJsonString(),
        };
        if (account is null) return headers;
        var used = closedFor is null || wholeApp ? Calm : 100;
        var seconds = (int)Math.Ceiling(closedFor?.TotalSeconds ?? 0);
        headers["X-Ad-Account-Usage"] = new JsonObject
        {
            ["acc_id_util_pct"] = used, ["reset_time_duration"] = seconds, ["ads_api_access_tier"] = Tier,
        }.ToJsonString();
        headers["x-fb-ads-insights-throttle"] = new JsonObject
        {
            ["app_id_util_pct"] = app, ["acc_id_util_pct"] = used, ["ads_api_access_tier"] = Tier,
        }.ToJsonString();
        // Minutes, whole ones: a shorter time is left to the seconds of X-Ad-Account-Usage. The busy type is not the first.
        headers["X-Business-Use-Case-Usage"] = new JsonObject
        {
            [account.Business] = new JsonArray(Usage("ads_management", Calm, 0), Usage("ads_insights", used, seconds / 60)),
        }.ToJsonString();
        return headers;
    }

    private static JsonObject Usage(string type, int percent, int minutes) => new()
    {
        ["type"] = type,
        ["call_count"] = percent,
        ["total_cputime"] = Calm,
        ["total_time"] = Calm,
        ["estimated_time_to_regain_access"] = minutes,
        ["ads_api_access_tier"] = Tier,
    };
}

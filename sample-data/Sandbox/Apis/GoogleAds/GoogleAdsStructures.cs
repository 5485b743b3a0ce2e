using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Ways in which the Google Ads API could change the structure of its rows.</summary>
internal static class GoogleAdsStructures
{
    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["field_renamed"] = "metrics.costMicros is called metrics.costAmountMicros",
        ["field_vanished"] = "segments.date is gone",
        ["field_retyped"] = "metrics.costMicros is an object of units and nanos",
        ["field_added"] = "rows have metrics.engagementScore",
        ["envelope"] = "batches have rows instead of results",
    };

    /// <summary>The row as it looks under the changes that touch its day.</summary>
    public static JsonObject Apply(JsonObject json, DateOnly from, DateOnly to, Structures structures)
    {
        if (On("field_vanished")) json.Remove("segments");
        if (json["metrics"] is not JsonObject metrics) return json;
        if (On("field_renamed") && metrics.Remove("costMicros", out var cost)) metrics["costAmountMicros"] = cost;
        if (On("field_retyped") && metrics.Remove("costMicros", out var micros)) metrics["costMicros"] = new JsonObject { ["units"] = micros, ["nanos"] = 0 };
        if (On("field_added")) metrics["engagementScore"] = 0.5;
        return json;

        bool On(string change) => structures.Touches(Platforms.GoogleAds, change, from, to);
    }

    /// <summary>The list of fields of a batch; a renamed one is in it by its new name.</summary>
    public static string FieldMask(string mask, DateOnly from, DateOnly to, Structures structures) =>
        structures.Touches(Platforms.GoogleAds, "field_renamed", from, to)
            ? mask.Replace("metrics.costMicros", "metrics.costAmountMicros", StringComparison.Ordinal) : mask;

    /// <summary>The name that a batch keeps its rows under.</summary>
    public static string Results(DateOnly from, DateOnly to, Structures structures) =>
        structures.Touches(Platforms.GoogleAds, "envelope", from, to) ? "rows" : "results";
}

using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>Ways in which CleverTap could change the structure of its exports; others of their kind it did change.</summary>
internal static class CleverTapStructures
{
    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["field_renamed"] = "event_props is called eventProps",
        ["field_vanished"] = "ts is gone",
        ["field_retyped"] = "ts is an ISO 8601 text",
        ["field_added"] = "records have consent",
        ["envelope"] = "pages have data instead of records",
        ["cursor_renamed"] = "pages have cursor instead of next_cursor",
    };

    /// <summary>The record as it looks under the changes that touch its day.</summary>
    public static JsonObject Apply(JsonObject record, DateOnly day, Structures structures)
    {
        if (On("field_renamed") && record.Remove("event_props", out var properties)) record["eventProps"] = properties;
        if (On("field_retyped")) record["ts"] = Iso((long)record["ts"]!);
        if (On("field_vanished")) record.Remove("ts");
        if (On("field_added")) record["consent"] = new JsonObject { ["marketing"] = true };
        return record;

        bool On(string change) => structures.Touches(Platforms.CleverTap, change, day, day);
    }

    /// <summary>The page as it looks under the changes that touch its days.</summary>
    public static JsonObject ApplyToPage(JsonObject page, DateOnly from, DateOnly to, Structures structures)
    {
        if (On("envelope") && page.Remove("records", out var records)) page["data"] = records;
        if (On("cursor_renamed") && page.Remove("next_cursor", out var cursor)) page["cursor"] = cursor;
        return page;

        bool On(string change) => structures.Touches(Platforms.CleverTap, change, from, to);
    }

    private static string Iso(long ts) =>
        DateTime.ParseExact(ts.ToString(CultureInfo.InvariantCulture), "yyyyMMddHHmmss", CultureInfo.InvariantCulture)
            .ToString("s", CultureInfo.InvariantCulture);
}

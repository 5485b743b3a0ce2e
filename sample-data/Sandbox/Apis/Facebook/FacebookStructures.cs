using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Ways in which the Graph API could change the structure of its insights.</summary>
internal static class FacebookStructures
{
    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["field_renamed"] = "spend is called amount_spent",
        ["field_vanished"] = "impressions is gone",
        ["field_retyped"] = "spend is an object of amount and currency",
        ["field_added"] = "rows have attention_score",
        ["envelope"] = "pages have items instead of data",
    };

    /// <summary>The row as it looks under the changes that touch its days.</summary>
    public static JsonObject Apply(JsonObject row, Structures structures, DateOnly from, DateOnly to)
    {
        if (On("field_renamed") && row.Remove("spend", out var spend)) row["amount_spent"] = spend;
        if (On("field_vanished")) row.Remove("impressions");
        if (On("field_retyped") && row.Remove("spend", out var amount)) row["spend"] = new JsonObject { ["amount"] = amount, ["currency"] = "EUR" };
        if (On("field_added")) row["attention_score"] = "0.5";
        return row;

        bool On(string change) => structures.Touches(Platforms.Facebook, change, from, to);
    }

    /// <summary>The page as it looks under the changes that touch its days.</summary>
    public static JsonObject ApplyToPage(JsonObject page, Structures structures, DateOnly from, DateOnly to)
    {
        if (structures.Touches(Platforms.Facebook, "envelope", from, to) && page.Remove("data", out var data)) page["items"] = data;
        return page;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Rows of insights as the Graph API writes them: every metric a text, what there is none of left out.</summary>
internal static class InsightsRows
{
    // The same conversion stands under several types; summing over types counts it three times.
    private static readonly string[] PurchaseTypes = ["purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"];

    private static readonly HashSet<string> Fields =
    [
        "account_id", "account_name", "account_currency", "campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name", "date_start",
        "date_stop", "impressions", "clicks", "inline_link_clicks", "reach", "spend", "actions", "action_values", "attribution_setting", "objective",
        "optimization_goal", "buying_type", "conversions", "conversion_values", "outbound_clicks", "unique_clicks", "video_play_actions", "purchase_roas",
    ];

    /// <summary>Columns rows can be split by, with their values; the first gets six tenths.</summary>
    public static IReadOnlyDictionary<string, (string First, string Second)> Breakdowns { get; } = new Dictionary<string, (string, string)>
    {
        ["country"] = ("DE", "AT"), ["publisher_platform"] = ("facebook", "instagram"), ["impression_device"] = ("iphone", "desktop"),
    };

    /// <summary>Whether it can be asked for as a field; breakdowns cannot.</summary>
    public static bool Known(string field) => Fields.Contains(field);

    /// <summary>All rows of a query.</summary>
    public static List<JsonObject> Of(InsightsQuery query, AdWorld world, Structures structures)
    {
        var groups = world.Deliveries(query.Account, query.From, query.To)
            .Where(delivery => Among(query, "campaign.id", delivery.Campaign.Id))
            .Where(delivery => Among(query, "adset.id", delivery.Group?.Id) && Among(query, "ad.id", delivery.Ad?.Id))
            .GroupBy(delivery => (Day: query.ByDay ? delivery.Day : query.From, Id: IdOf(query.Level, delivery)));
        var rows = new List<JsonObject>();
        foreach (var group in groups)
        {
            var sum = group.Aggregate(default(AdFigures), (total, delivery) => total + delivery.Figures);
            var (from, to) = query.ByDay ? (group.Key.Day, group.Key.Day) : (query.From, query.To);
            foreach (var (value, figures) in Split(query.Breakdowns, sum))
            {
                var row = Row(query, group.First(), figures, from, to);
                if (value is not null) row[query.Breakdowns[0]] = value;
                rows.Add(FacebookStructures.Apply(row, structures, from, to));
            }
        }

        return rows;
    }

    private static bool Among(InsightsQuery query, string field, string? id) => !query.Filters.TryGetValue(field, out var ids) || ids.Contains(id);

    private static string IdOf(string level, AdDelivery delivery) => level switch
    {
        "account" => delivery.Account.Id,
        "campaign" => delivery.Campaign.Id,
        "adset" => delivery.Group!.Id,
        _ => delivery.Ad!.Id,
    };

    private static IEnumerable<(string? Value, AdFigures Figures)> Split(IReadOnlyList<string> breakdowns, AdFigures all)
    {
        if (breakdowns is []) return [(null, all)];
        var (first, second) = Breakdowns[breakdowns[0]];
        var most = new AdFigures(
            all.Impressions * 6 / 10, all.Clicks * 6 / 10, all.LinkClicks * 6 / 10, all.Reach * 6 / 10, all.CostMicros * 6 / 100_000 * 10_000,
            all.ConversionMicros, all.ValueMicros);
        var rest = new AdFigures(
            all.Impressions - most.Impressions, all.Clicks - most.Clicks, all.LinkClicks - most.LinkClicks, all.Reach - most.Reach,
            all.CostMicros - most.CostMicros, 0, 0);
        return [(first, most), (second, rest)];
    }

    private static JsonObject Row(InsightsQuery query, AdDelivery delivery, AdFigures figures, DateOnly from, DateOnly to)
    {
        var row = new JsonObject();
        foreach (var field in query.Fields)
        {
            if (Value(field, query, delivery, figures) is { } value) row[field] = value;
        }

        row["date_start"] = $"{from:O}";
        row["date_stop"] = $"{to:O}";
        return row;
    }

    private static JsonNode? Value(string field, InsightsQuery query, AdDelivery delivery, AdFigures figures)
    {
        var depth = Array.IndexOf(["account", "campaign", "adset", "ad"], query.Level);
        return field switch
        {
            "account_id" => delivery.Account.Id,
            "account_name" => delivery.Account.Name,
            "account_currency" => delivery.Account.Currency,
            "campaign_id" when depth >= 1 => delivery.Campaign.Id,
            "campaign_name" when depth >= 1 => delivery.Campaign.Name,
            "adset_id" when depth >= 2 => delivery.Group!.Id,
            "adset_name" when depth >= 2 => delivery.Group!.Name,
            "ad_id" when depth >= 3 => delivery.Ad!.Id,
            "ad_name" when depth >= 3 => delivery.Ad!.Name,
            "impressions" => Whole(figures.Impressions),
            "clicks" => Whole(figures.Clicks),
            "inline_link_clicks" => figures.LinkClicks == 0 ? null : Whole(figures.LinkClicks),
            "reach" => Whole(figures.Reach),
            "spend" => Money(figures.CostMicros),
            "actions" => Actions(query, figures, Whole(figures.ConversionMicros / 1_000_000), withClicks: true),
            "action_values" => Actions(query, figures, Money(figures.ValueMicros), withClicks: false),
            _ => null,
        };
    }

    private static JsonArray? Actions(InsightsQuery query, AdFigures figures, string value, bool withClicks)
    {
        var actions = new JsonArray();
        if (withClicks && figures.LinkClicks > 0) actions.Add(Action(query, "link_click", Whole(figures.LinkClicks)));
        if (figures.ConversionMicros > 0)
        {
            foreach (var type in PurchaseTypes) actions.Add(Action(query, type, value));
        }

        return actions.Count == 0 ? null : actions;
    }

    private static JsonObject Action(InsightsQuery query, string type, string value)
    {
        var action = new JsonObject { ["action_type"] = type, ["value"] = value };
        foreach (var window in query.Windows) action[window] = value;
        return action;
    }

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Money(long micros) => (micros / 1_000_000m).ToString("0.00", CultureInfo.InvariantCulture);
}

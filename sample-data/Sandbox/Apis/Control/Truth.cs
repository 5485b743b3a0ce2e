using System.Globalization;
using Pipeline.Sandbox.Apis.BigQuery;
using Pipeline.Sandbox.Apis.CleverTap;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Control;

/// <summary>What upstream says now, as flat rows of texts; made without the providers' formats, so that tests can compare tables with it.</summary>
internal static class Truth
{
    /// <summary>Figures by day and level; ids below the level are empty. Rows in order of level, day and ids.</summary>
    /// <param name="levels"><c>account</c>, <c>campaign</c>, <c>ad_group</c>, <c>ad</c>.</param>
    public static IEnumerable<Dictionary<string, string>> Ads(AdWorld world, AdAccount account, DateOnly from, DateOnly to, IEnumerable<string> levels) =>
        from level in levels
        from delivery in world.Deliveries(account, @from, to)
        where level switch { "ad_group" => delivery.Group is not null, "ad" => delivery.Ad is not null, _ => true }
        let campaign = level == "account" ? null : delivery.Campaign
        let adGroup = level is "ad_group" or "ad" ? delivery.Group : null
        let ad = level == "ad" ? delivery.Ad : null
        group delivery.Figures by (Level: level, delivery.Day, Campaign: campaign, Group: adGroup, Ad: ad) into rows
        orderby rows.Key.Level, rows.Key.Day, rows.Key.Campaign?.Id, rows.Key.Group?.Id, rows.Key.Ad?.Id
        let sum = rows.Aggregate((left, right) => left + right)
        select Row(account, rows.Key.Level, rows.Key.Day, rows.Key.Campaign, rows.Key.Group, rows.Key.Ad, sum);

    /// <summary>Events of the days, notifications left out, in the order they happened.</summary>
    public static IEnumerable<Dictionary<string, string>> Events(CleverTapWorld world, CleverTapAccount account, DateOnly from, DateOnly to) =>
        account.Events.Where(kind => kind.Exportable)
            .SelectMany(kind => world.Happenings(account, kind, from, to))
            .OrderBy(each => each.Ts).ThenBy(each => each.Event.Name, StringComparer.Ordinal)
            .Select(each => new Dictionary<string, string>
            {
                ["account"] = account.Id,
                ["time_zone"] = account.TimeZone,
                ["event"] = each.Event.Name,
                ["day"] = $"{each.Day:O}",
                ["ts"] = each.Ts.ToString(CultureInfo.InvariantCulture),
                ["identity"] = each.Person.Identity,
                ["object_id"] = each.Person.ObjectId,
                ["platform"] = each.Person.Platform,
                ["event_props"] = each.Properties.ToJsonString(),
            });

    /// <summary>Users' actions of the days, in the table's order.</summary>
    public static IEnumerable<Dictionary<string, string>> Actions(BigQueryWorld world, BigQueryProject project, DateOnly from, DateOnly to) =>
        Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).SelectMany(day => world.Rows(project, from.AddDays(day))).Select(row => new Dictionary<string, string>
        {
            ["project"] = project.Id,
            ["day"] = $"{row.Day:O}",
            ["micros"] = row.Micros.ToString(CultureInfo.InvariantCulture),
            ["event"] = row.Event,
            ["user"] = row.User,
            ["platform"] = row.Platform,
            ["product_name"] = row.ProductName ?? "",
            ["sku"] = row.Sku,
        });

    private static Dictionary<string, string> Row(
        AdAccount account, string level, DateOnly day, AdCampaign? campaign, AdGroup? group, Ad? ad, AdFigures sum) => new()
    {
        ["account"] = account.Id,
        ["account_name"] = account.Name,
        ["currency"] = account.Currency,
        ["time_zone"] = account.TimeZone,
        ["level"] = level,
        ["day"] = $"{day:O}",
        ["campaign_id"] = campaign?.Id ?? "",
        ["campaign_name"] = campaign?.Name ?? "",
        ["ad_group_id"] = group?.Id ?? "",
        ["ad_group_name"] = group?.Name ?? "",
        ["ad_id"] = ad?.Id ?? "",
        ["ad_name"] = ad?.Name ?? "",
        ["impressions"] = Text(sum.Impressions),
        ["clicks"] = Text(sum.Clicks),
        ["link_clicks"] = Text(sum.LinkClicks),
        ["reach"] = Text(sum.Reach),
        ["spend"] = Text(sum.CostMicros / 1_000_000m),
        ["conversions"] = Text(sum.ConversionMicros / 1_000_000m),
        ["conversions_value"] = Text(sum.ValueMicros / 1_000_000m),
    };

    private static string Text(decimal number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}

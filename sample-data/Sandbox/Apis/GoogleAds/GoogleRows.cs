using System.Globalization;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>The rows that answer a query.</summary>
internal static class GoogleRows
{
    /// <summary>Entities when no metric is asked for; otherwise figures by day, or over all days where <c>segments.date</c> is not selected.</summary>
    /// <exception cref="GoogleRefusal">The query cannot be answered.</exception>
    public static List<GoogleRow> Of(Gaql query, AdAccount account, AdWorld world, DateOnly today)
    {
        GoogleFields.Check(query);
        var figures = query.Fields.Any(field => field.StartsWith("metrics.", StringComparison.Ordinal) || field == "segments.date");
        var byDay = query.Fields.Contains("segments.date");
        if (byDay && query.Days is null)
            throw GoogleRefusal.Query("QUERY_ERROR", "A query that selects segments.date must filter on a finite range of dates.");
        var rows = (figures ? Delivered(query, account, world, today, byDay) : Entities(query.Resource, account)).Where(row => Holds(query, row));
        return [.. query.Limit is { } limit ? rows.Take(limit) : rows];
    }

    private static IEnumerable<GoogleRow> Delivered(Gaql query, AdAccount account, AdWorld world, DateOnly today, bool byDay)
    {
        var (from, to) = query.Days ?? (today.AddDays(-30), today.AddDays(-1));
        return world.Deliveries(account, from, to)
            .Select(delivery => Cut(query.Resource, delivery, byDay))
            .OfType<GoogleRow>()
            .GroupBy(row => row with { Figures = default })
            .Select(group => group.Key with { Figures = group.Aggregate(default(AdFigures), (total, row) => total + row.Figures) });
    }

    // What delivers without ad groups has no row below the campaign: the finer grains lose its cost.
    private static GoogleRow? Cut(string resource, AdDelivery delivery, bool byDay)
    {
        DateOnly? day = byDay ? delivery.Day : null;
        return resource switch
        {
            "customer" => new(delivery.Account, null, null, null, day, delivery.Figures),
            "campaign" => new(delivery.Account, delivery.Campaign, null, null, day, delivery.Figures),
            _ when delivery.Ad is null => null,
            "ad_group" => new(delivery.Account, delivery.Campaign, delivery.Group, null, day, delivery.Figures),
            _ => new(delivery.Account, delivery.Campaign, delivery.Group, delivery.Ad, day, delivery.Figures),
        };
    }

    private static IEnumerable<GoogleRow> Entities(string resource, AdAccount account) => resource switch
    {
        "customer" => [new(account, null, null, null, null, default)],
        "campaign" => account.Campaigns.Select(campaign => new GoogleRow(account, campaign, null, null, null, default)),
        "ad_group" => account.Campaigns.SelectMany(campaign => campaign.Groups.Select(group => new GoogleRow(account, campaign, group, null, null, default))),
        _ => account.Campaigns.SelectMany(campaign => campaign.Groups.SelectMany(group =>
            group.Ads.Select(ad => new GoogleRow(account, campaign, group, ad, null, default)))),
    };

    private static bool Holds(Gaql query, GoogleRow row) => query.Conditions.Where(condition => condition.Field != "segments.date").All(condition =>
    {
        var text = GoogleFields.Text(condition.Field, row);
        return condition.Operator switch
        {
            "=" => text == condition.Values[0],
            "!=" => text != condition.Values[0],
            "IN" => condition.Values.Contains(text),
            ">" => Compare() > 0,
            ">=" => Compare() >= 0,
            "<" => Compare() < 0,
            "<=" => Compare() <= 0,
            _ => throw GoogleRefusal.Query("UNEXPECTED_INPUT", $"Operator {condition.Operator} is not understood for {condition.Field}."),
        };

        int Compare() =>
            decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var left)
            && decimal.TryParse(condition.Values[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var right)
                ? left.CompareTo(right)
                : throw GoogleRefusal.Query("UNEXPECTED_INPUT", $"{condition.Field} cannot be compared with '{condition.Values[0]}'.");
    });
}

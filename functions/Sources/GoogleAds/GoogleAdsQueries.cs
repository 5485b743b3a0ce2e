using System.Globalization;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.GoogleAds;

/// <summary>The queries (GAQL) of each stream: https://developers.google.com/google-ads/api/docs/query/overview.</summary>
/// <remarks>
/// The campaign level is the ledger: Performance Max and others have no ad rows, so the ad level is a detail that may not add up to it.
/// </remarks>
internal static class GoogleAdsQueries
{
    private const string Customer = "customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone";

    private const string Metrics = "metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.conversions_value, "
        + "metrics.all_conversions, metrics.view_through_conversions";

    /// <summary>The queries of a window, each with what its rows are where a stream has several.</summary>
    public static IReadOnlyList<(string? Kind, string Query)> Of(SliceWindow window) => window.Stream switch
    {
        "campaign" => [(null, $"SELECT {Customer}, campaign.id, campaign.name, campaign.advertising_channel_type, segments.date, {Metrics} FROM campaign {Days(window)}")],
        "ad" =>
        [
            (null, $"SELECT {Customer}, campaign.id, campaign.name, ad_group.id, ad_group.name, ad_group_ad.ad.id, segments.date, {Metrics} FROM ad_group_ad {Days(window)}"),
        ],
        GoogleAdsSource.Entities =>
        [
            ("campaign", $"SELECT {Customer}, campaign.id, campaign.name, campaign.status FROM campaign {Plain}"),
            ("ad_group", $"SELECT {Customer}, ad_group.id, ad_group.name, ad_group.status FROM ad_group {Plain}"),
            ("ad", $"SELECT {Customer}, ad_group_ad.ad.id, ad_group_ad.ad.name, ad_group_ad.status FROM ad_group_ad {Plain}"),
        ],
        _ => throw new ArgumentException($"Google Ads has no stream '{window.Stream}'.", nameof(window)),
    };

    /// <summary>The same queries for one row each.</summary>
    public static IEnumerable<string> FirstRowsOf(SliceWindow window) =>
        Of(window).Select(each => each.Query.Replace(Plain, $"LIMIT 1 {Plain}", StringComparison.Ordinal));

    /// <summary>The account's own facts.</summary>
    public const string Account = "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone FROM customer";

    private const string Plain = "PARAMETERS omit_unselected_resource_names=true";

    private static string Days(SliceWindow window) => string.Create(
        CultureInfo.InvariantCulture, $"WHERE segments.date BETWEEN '{window.From:yyyy-MM-dd}' AND '{window.To:yyyy-MM-dd}' {Plain}");
}

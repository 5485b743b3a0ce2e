using System.Globalization;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>A campaign and how long a touch of it counts.</summary>
internal sealed record AdCampaign(string Id, string Name, string Advertiser, int ClickLookbackDays, int ViewLookbackHours);

/// <summary>Ten campaigns of four creatives each.</summary>
internal static class AdCampaigns
{
    /// <summary>Creatives of a campaign.</summary>
    public const int CreativesEach = 4;

    private static readonly string[] Sizes = ["300x250", "728x90", "160x600", "320x50"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AdCampaign> All { get; } =
    [
        new("cmp-001", "Spring running shoes", "Northwind Sports", 7, 24), new("cmp-002", "Trail and hiking", "Northwind Sports", 14, 24),
        new("cmp-003", "Everyday coffee", "Contoso Coffee", 7, 12), new("cmp-004", "Coffee subscription", "Contoso Coffee", 30, 48),
        new("cmp-005", "City breaks", "Fabrikam Travel", 30, 72), new("cmp-006", "Last minute flights", "Fabrikam Travel", 3, 6),
        new("cmp-007", "Home office", "Adventure Works", 7, 24), new("cmp-008", "Garden season", "Adventure Works", 14, 48),
        new("cmp-009", "Streaming trial", "Litware Media", 1, 1), new("cmp-010", "Family plan", "Litware Media", 7, 24),
    ];

    /// <summary>A creative of a campaign, both counted from 0.</summary>
    public static string Creative(int campaign, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"cr-{campaign * CreativesEach + number + 1:D4}");

    /// <summary>The lines of <c>campaigns.csv</c>; the last campaign leaves the look-backs to the defaults.</summary>
    public static IEnumerable<string> CampaignLines() => All.Select((each, i) => $"{each.Id},{each.Name},{each.Advertiser},"
        + (i == All.Count - 1 ? "," : string.Create(CultureInfo.InvariantCulture, $"{each.ClickLookbackDays},{each.ViewLookbackHours}")))
        .Prepend("campaign_id,name,advertiser,click_lookback_days,view_lookback_hours");

    /// <summary>The lines of <c>creatives.csv</c>.</summary>
    public static IEnumerable<string> CreativeLines() => All.SelectMany((each, i) => Enumerable.Range(0, CreativesEach)
        .Select(number => $"{Creative(i, number)},{each.Id},{(number == 3 ? "video" : "banner")},{Sizes[number]}"))
        .Prepend("creative_id,campaign_id,format,size");
}

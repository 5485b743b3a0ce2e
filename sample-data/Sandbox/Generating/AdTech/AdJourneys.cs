namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>What a user met before a conversion, and to what the conversion must be attributed.</summary>
/// <param name="Name">What it is an example of.</param>
/// <param name="Late">Clicks that become known when everything else is attributed already.</param>
/// <param name="Touch">The touch; null where there is none.</param>
/// <param name="TouchBefore">The touch without the late clicks, where that is another one.</param>
internal sealed record AdJourney(
    string Name, Conversion Conversion, IReadOnlyList<Impression> Views, IReadOnlyList<Click> Clicks, AdTouch? Touch)
{
    public IReadOnlyList<Click> Late { get; init; } = [];

    public AdTouch? TouchBefore { get; init; }
}

/// <summary>The touch a conversion is attributed to.</summary>
/// <param name="Type"><c>click</c> or <c>view</c>.</param>
internal sealed record AdTouch(string Type, DateTime At, string CreativeId, string CampaignId);

/// <summary>One journey for each rule of attribution: click over view, last touch, look-back with its ends included, ties.</summary>
internal static class AdJourneys
{
    private static readonly DateTime Noon = AdTime.Start.AddDays(9).AddHours(12);

    /// <summary>All of them; each user has one.</summary>
    public static IReadOnlyList<AdJourney> All() => [.. Named().Select((each, i) => each($"journey-{i + 1:D2}"))];

    private static IEnumerable<Func<string, AdJourney>> Named()
    {
        yield return user => Of("a click beats a later view", user, [View(user, -1)], [Click(user, -48)], ByClick(-48));
        yield return user => Of("the last click wins",
            user, [], [Click(user, -72, creative: 1), Click(user, -24, creative: 2)], ByClick(-24, 2));
        yield return user => Of("the last view wins where nobody clicked",
            user, [View(user, -20), View(user, -10, creative: 1)], [], ByView(-10, 1));
        yield return user => Of("a click as old as the look-back counts", user, [], [Click(user, -7 * 24)], ByClick(-7 * 24));
        yield return user => Of("an older click does not", user, [], [Click(user, -7 * 24 - Millisecond)], null);
        yield return user => Of("a view as old as the look-back counts", user, [View(user, -24)], [], ByView(-24));
        yield return user => Of("an older view does not", user, [View(user, -24 - Millisecond)], [], null);
        yield return user => Of("an old click leaves it to a view", user, [View(user, -2)], [Click(user, -8 * 24)], ByView(-2));
        yield return user => Of("of two clicks at once the greater creative wins",
            user, [], [Click(user, -5, creative: 2), Click(user, -5, creative: 1)], ByClick(-5, 2));
        yield return user => Of("a touch at the moment of the conversion counts", user, [], [Click(user, 0)], ByClick(0));
        yield return user => Of("a touch after the conversion does not", user, [View(user, 1)], [Click(user, Millisecond)], null);
        yield return user => Of("nothing was met", user, [], [], null);
        yield return user => Of("a touch of another campaign does not count", user, [], [Click(user, -3, campaign: 1)], null);
        yield return user => Of("a conversion of no campaign takes any",
            user, [View(user, -1, campaign: 6)], [Click(user, -3, campaign: 4)], ByClick(-3, 0, 4)) with
        {
            Conversion = Converted(user) with { CampaignId = null },
        };
        yield return user => Of("a campaign has its own look-back for clicks", user, [], [Click(user, -4 * 24, campaign: 5)], null) with
        {
            Conversion = Converted(user) with { CampaignId = AdCampaigns.All[5].Id },
        };
        yield return user => Of("and for views", user, [View(user, -70, campaign: 4)], [], ByView(-70, 0, 4)) with
        {
            Conversion = Converted(user) with { CampaignId = AdCampaigns.All[4].Id },
        };
        yield return user => Of("an impression without a campaign has its creative's",
            user, [View(user, -6, sendsCampaign: false)], [], ByView(-6));
        yield return user => Of("a late click takes the conversion from a view", user, [View(user, -6)], [], ByClick(-30, 3)) with
        {
            Late = [Click(user, -30, creative: 3)], TouchBefore = ByView(-6),
        };
    }

    private const double Millisecond = 1 / 3_600_000d;

    private static DateTime At(double hours) => Noon.AddMilliseconds(Math.Round(hours * 3_600_000));

    private static AdJourney Of(string name, string user, Impression[] views, Click[] clicks, AdTouch? touch) =>
        new(name, Converted(user), views, clicks, touch);

    private static Conversion Converted(string user) => new(Noon, user, AdCampaigns.All[0].Id, "purchase", 49.90m, "EUR");

    private static Impression View(
        string user, double hours, int creative = 0, int campaign = 0, bool sendsCampaign = true) => new(
        At(hours), user, AdCampaigns.Creative(campaign, creative), sendsCampaign ? AdCampaigns.All[campaign].Id : null);

    private static Click Click(string user, double hours, int creative = 0, int campaign = 0) =>
        new(At(hours), user, AdCampaigns.All[campaign].Id, AdCampaigns.Creative(campaign, creative));

    private static AdTouch ByClick(double hours, int creative = 0, int campaign = 0) =>
        new("click", At(hours), AdCampaigns.Creative(campaign, creative), AdCampaigns.All[campaign].Id);

    private static AdTouch ByView(double hours, int creative = 0, int campaign = 0) =>
        ByClick(hours, creative, campaign) with { Type = "view" };
}

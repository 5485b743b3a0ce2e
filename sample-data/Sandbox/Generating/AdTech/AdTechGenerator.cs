using System.Globalization;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>Writes impressions, clicks and conversions of ten days, the campaigns they belong to, and <c>expected.json</c>: what the
/// datasets make of every file, and to what each planted journey is attributed. Always the same for the same number and seed.</summary>
public sealed class AdTechGenerator
{
    private const int Days = 9, EventsPerUser = 8, OneDuplicateAmong = 40, OneTestAmong = 50, OneBadAmong = 60, EventsPerRequest = 5;

    private static readonly string[] Websites =
    [
        "https://news.example.com/politics?id=7", "www.example.co.uk", "http://Sport.Example.de:8080/", "https://bücher.example/neu",
        "shop.example.com.au/cart", "https://someone.github.io/page", "http://192.0.2.7/", "example.org.",
    ];

    private static readonly string?[] Lands = ["DE", "deu", "Germany", "GB", "United Kingdom", "us", "USA", "Côte d'Ivoire", "Atlantis", null];

    private readonly Random random;
    private readonly int events;
    private readonly AdFile impressions = new("impressions.ndjson", null);
    private readonly AdFile clicks = new("clicks.csv", Click.Heading);
    private readonly AdFile lateClicks = new("clicks_late.csv", Click.Heading);
    private readonly AdFile conversions = new("conversions.csv", Conversion.Heading);

    private AdTechGenerator(int events, int seed) => (this.events, random) = (events, new(seed));

    /// <summary>Writes all files into a folder, which must exist.</summary>
    /// <param name="events">Good events beside the planted journeys; duplicates and bad records come on top.</param>
    public static void Write(DirectoryInfo folder, int events, int seed)
    {
        var generator = new AdTechGenerator(events, seed);
        for (var i = 0; i < events; i++) generator.AddEvent(i);
        var journeys = AdJourneys.All();
        foreach (var journey in journeys) generator.Add(journey);
        AdFile[] files = [generator.impressions, generator.clicks, generator.lateClicks, generator.conversions];
        foreach (var file in files) file.Write(folder, generator.random);
        var requests = new BidRequests(generator.random);
        using (var file = File.Create(Path.Combine(folder.FullName, BidRequests.Name))) requests.Write(file, events / EventsPerRequest);
        WriteLines(folder, "campaigns.csv", AdCampaigns.CampaignLines());
        WriteLines(folder, "creatives.csv", AdCampaigns.CreativeLines());
        File.WriteAllText(Path.Combine(folder.FullName, "expected.json"), AdExpectations.ToJson(files, requests, journeys));
    }

    // Each event has an instant of its own, so that no two are alike by chance.
    private void AddEvent(int number)
    {
        var at = AdTime.Start.AddMilliseconds((long)(number * (Days * 86_400_000d / events)));
        var user = string.Create(CultureInfo.InvariantCulture, $"user-{random.Next(Math.Max(1, events / EventsPerUser)):D5}");
        var (campaign, creative) = (random.Next(AdCampaigns.All.Count), random.Next(AdCampaigns.CreativesEach));
        var (site, land) = (Websites[random.Next(Websites.Length)], Lands[random.Next(Lands.Length)]);
        switch (random.Next(100))
        {
            case < 75: AddImpression(number, at, user, campaign, creative, site, land); break;
            case < 93: AddClick(new(at, user, AdCampaigns.All[campaign].Id, AdCampaigns.Creative(campaign, creative), site, land)); break;
            default:
                AddConversion(new(
                    at, user, AdCampaigns.All[campaign].Id, random.Next(3) == 0 ? "sign_up" : "purchase", random.Next(1, 20_000) / 100m, "EUR",
                    random.Next(2) == 0 ? $"order-{number}" : null));
                break;
        }
    }

    private void AddImpression(int number, DateTime at, string user, int campaign, int creative, string site, string? land)
    {
        var impression = new Impression(
            at, user, AdCampaigns.Creative(campaign, creative), random.Next(2) == 0 ? AdCampaigns.All[campaign].Id : null,
            random.Next(3) == 0 ? $"imp-{number}" : null, random.Next(10) == 0 ? null : site, land);
        impressions.Add(impression.ToLine());
        if (IsOneOf(OneDuplicateAmong)) impressions.AddDuplicate((impression with { Website = null }).ToLine());
        if (IsOneOf(OneTestAmong)) impressions.AddRejected((impression with { UserId = $"test-{user}" }).ToLine(), "filtered test_traffic");
        if (IsOneOf(OneTestAmong)) impressions.AddRejected((impression with { CreativeId = "test-1" }).ToLine(), "filtered test_creatives");
        if (!IsOneOf(OneBadAmong)) return;
        var (line, why) = AdFaults.Damage(impression.ToLine(), random.Next());
        impressions.AddRejected(line, why);
    }

    private void AddClick(Click click)
    {
        clicks.Add(click.ToLine());
        if (IsOneOf(OneDuplicateAmong)) clicks.AddDuplicate((click with { Website = null }).ToLine());
        if (IsOneOf(OneTestAmong)) clicks.AddRejected((click with { UserId = $"test-{click.UserId}" }).ToLine(), "filtered test_traffic");
        AddBad(clicks, click.ToLine());
    }

    private void AddConversion(Conversion conversion)
    {
        conversions.Add(conversion.ToLine());
        if (IsOneOf(OneDuplicateAmong / 4)) conversions.AddDuplicate(conversion.ToLine());
        if (IsOneOf(OneTestAmong / 4)) conversions.AddRejected((conversion with { UserId = "test-1" }).ToLine(), "filtered test_traffic");
        AddBad(conversions, conversion.ToLine());
        if (!IsOneOf(OneBadAmong / 4)) return;
        var worthless = (conversion with { Value = null }).ToLine();
        conversions.AddRejected(worthless.Replace(",,EUR", ",a lot,EUR", StringComparison.Ordinal), "wrong_type value");
    }

    private void AddBad(AdFile file, string good)
    {
        if (!IsOneOf(OneBadAmong / 2)) return;
        var (line, why) = AdFaults.DamageRow(good, random.Next());
        file.AddRejected(line, why);
    }

    private void Add(AdJourney journey)
    {
        conversions.Add(journey.Conversion.ToLine());
        foreach (var view in journey.Views) impressions.Add(view.ToLine());
        foreach (var click in journey.Clicks) clicks.Add(click.ToLine());
        foreach (var click in journey.Late) lateClicks.Add(click.ToLine());
    }

    private bool IsOneOf(int among) => random.Next(among) == 0;

    private static void WriteLines(DirectoryInfo folder, string name, IEnumerable<string> lines) =>
        File.WriteAllText(Path.Combine(folder.FullName, name), string.Join('\n', lines) + "\n");
}

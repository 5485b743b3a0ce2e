using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

/// <summary>Events of some weeks that meet often: few instants, few creatives, look-backs hit on the edge, rows that come twice.</summary>
internal static class EventGenerator
{
    private static readonly string?[] CampaignIds = ["spring", "brief", "long", "none", "unlisted", null];

    /// <summary>So many events of a seed.</summary>
    public static (List<Touch> Touches, List<Conversion> Conversions) Make(int seed, int events)
    {
        var random = new Random(seed);
        var users = Math.Max(1, events / random.Next(4, 60));
        var (touches, conversions) = (new List<Touch>(), new List<Conversion>());
        for (var i = 0; i < events; i++)
        {
            var user = $"user-{random.Next(users)}";
            var campaign = CampaignIds[random.Next(CampaignIds.Length)];
            if (random.Next(10) == 0) conversions.Add(Convert(random, user, campaign));
            else touches.Add(new(
                random.Next(4) == 0 ? TouchKind.Click : TouchKind.View, user, campaign, random.Next(5) == 0 ? null
                    : $"creative-{random.Next(4)}", Time(random)));
            if (random.Next(50) == 0 && conversions.Count > 0) conversions.Add(Again(random, conversions[random.Next(conversions.Count)]));
        }
        return (touches, conversions);
    }

    private static Conversion Convert(Random random, string user, string? campaign) => new(
        user, campaign, Time(random), random.Next(3) == 0 ? "signup" : "purchase", random.Next(6) == 0 ? null : random.Next(1, 100) * 5000L,
        random.Next(8) == 0 ? null : random.Next(2) == 0 ? "EUR" : "USD", random.Next(2) == 0 ? null : $"id-{random.NextInt64()}");

    private static Conversion Again(Random random, Conversion before) =>
        random.Next(2) == 0 ? before : before with { Value = random.Next(1, 100) * 5000L };

    // Whole hours mostly, so that ties and edges are common; now and then a microsecond beside one.
    private static long Time(Random random) => Events.At(random.Next(1, 25), random.Next(24))
        + (random.Next(8) == 0 ? random.Next(-1, 2) : 0);
}

using System.Globalization;
using System.Text.Json;
using Pipeline.Sandbox.Generating.AdTech;
using Pipeline.Tests.Unit.Contracts;

namespace Pipeline.Tests.Unit.SampleData;

public sealed class AdTechSampleTests
{
    private static readonly string Sample = Given.Repository("sample-data", "adtech");

    [Fact]
    public void The_sample_is_what_the_generator_writes()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-adtech-");
        try
        {
            AdTechGenerator.Write(folder, events: 1700, seed: 1);
            foreach (var file in folder.GetFiles())
                Assert.True(File.ReadAllBytes(file.FullName).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Sample, file.Name))), file.Name);
            Assert.Equal(8, folder.GetFiles().Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_creatives_are_those_that_the_contracts_look_up() => Assert.Equal(
        File.ReadAllText(Given.Repository("functions", "datasets", "reference", "creatives.csv")),
        File.ReadAllText(Path.Combine(Sample, "creatives.csv")));

    /// <summary>The rules of attribution once more, over the files alone.</summary>
    [Fact]
    public void The_planted_journeys_are_attributed_as_it_is_written()
    {
        var clicks = Csv("clicks.csv");
        var views = File.ReadAllLines(Path.Combine(Sample, "impressions.ndjson")).Where(line => line.Contains("\"journey-", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement).Select(View).ToList();
        var journeys = JsonDocument.Parse(File.ReadAllText(Path.Combine(Sample, "expected.json"))).RootElement.GetProperty("journeys");
        Assert.Equal(18, journeys.GetArrayLength());
        foreach (var journey in journeys.EnumerateArray())
        {
            var after = Attributed(journey, [.. clicks, .. Csv("clicks_late.csv")], views);
            Assert.Equal(Text(journey.GetProperty("touch")), after);
            var before = journey.TryGetProperty("touch_before_late_clicks", out var earlier) ? Text(earlier) : after;
            Assert.Equal(before, Attributed(journey, clicks, views));
        }
    }

    private static string Attributed(JsonElement journey, List<Touch> clicks, List<Touch> views)
    {
        var (user, campaign, at) = (journey.GetProperty("user_id").GetString(), journey.GetProperty("campaign_id").GetString(), At(journey, "occurred_at"));
        Touch? Last(List<Touch> touches, Func<string, TimeSpan> lookBack) => touches
            .Where(touch => touch.User == user && (campaign is null || touch.Campaign == campaign))
            .Where(touch => touch.At <= at && at - touch.At <= lookBack(touch.Campaign))
            .OrderBy(touch => touch.At).ThenBy(touch => touch.Creative, StringComparer.Ordinal).LastOrDefault();
        var click = Last(clicks, each => LookBack(each, 3, days: true));
        var found = click ?? Last(views, each => LookBack(each, 4, days: false));
        return found is null ? "none" : $"{(click is null ? "view" : "click")} {found.At:O} {found.Creative} {found.Campaign}";
    }

    private static TimeSpan LookBack(string campaign, int field, bool days)
    {
        var text = File.ReadAllLines(Path.Combine(Sample, "campaigns.csv")).Select(line => line.Split(',')).First(line => line[0] == campaign)[field];
        var number = text.Length > 0 ? int.Parse(text, CultureInfo.InvariantCulture) : days ? 7 : 24;
        return days ? TimeSpan.FromDays(number) : TimeSpan.FromHours(number);
    }

    private static Touch View(JsonElement view)
    {
        var creative = view.GetProperty("creative_id").GetString()!;
        var owner = File.ReadAllLines(Path.Combine(Sample, "creatives.csv")).Select(line => line.Split(',')).First(line => line[0] == creative)[1];
        return new(view.GetProperty("user_id").GetString()!, At(view, "timestamp"), creative, owner);
    }

    private static List<Touch> Csv(string file) =>
    [
        .. File.ReadAllLines(Path.Combine(Sample, file)).Select(line => line.Split(',')).Where(line => line[1].StartsWith("journey-", StringComparison.Ordinal))
            .Select(line => new Touch(line[1], DateTimeOffset.Parse(line[0], CultureInfo.InvariantCulture), line[3], line[2])),
    ];

    private static string Text(JsonElement touch) => touch.GetProperty("type").GetString() is "none" ? "none"
        : $"{touch.GetProperty("type")} {At(touch, "at"):O} {touch.GetProperty("creative_id")} {touch.GetProperty("campaign_id")}";

    private static DateTimeOffset At(JsonElement element, string name) => element.GetProperty(name).GetDateTimeOffset();

    private sealed record Touch(string User, DateTimeOffset At, string Creative, string Campaign);
}

using System.Text.Json;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>Reports that are too much are asked for in smaller pieces, and the pieces are the whole.</summary>
public sealed class FacebookSplitTests
{
    private static readonly SliceWindow Ads = new("facebook", "1001", "ad", SourceRig.Day, SourceRig.Day.AddDays(3));

    /// <summary>Rows a report may have: fewer than an account's day, a campaign's day, an ad set's day.</summary>
    [Theory]
    [InlineData("too_broad", "report_submit")]
    [InlineData("timed_out", "report_page")]
    [InlineData("reduce_data", "report_page")]
    public async Task Days_then_campaigns_ad_sets_and_ads_are_asked_for_apart(string fault, string endpoint)
    {
        foreach (var rowsAbove in new[] { 20, 6, 3, 1 })
        {
            await using var rig = await SourceRig.StartAsync();
            await rig.FaultAsync("facebook", fault, endpoint: endpoint, rowsAbove: rowsAbove);
            var journey = await Journey.OfAsync(rig, rig.Facebook(), Ads);

            Assert.EndsWith("Fetched", journey.Trail, StringComparison.Ordinal);
            if (fault != "reduce_data") Assert.StartsWith("Halved", journey.Trail, StringComparison.Ordinal);
            Assert.Equal(rowsAbove < 20 && fault != "reduce_data", journey.Trail.Contains("Cut", StringComparison.Ordinal));
            await AssertTruthAsync(rig, journey);
            Assert.All(await Landed.PagesAsync(rig.Segments, journey.Parts), AssertKeysAreWhole);
            await rig.AssertPoliteAndDiscreetAsync("facebook");
        }
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_asked_for_with_half_the_rows_and_no_report_is_begun_again()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.FaultAsync("facebook", "reduce_data", endpoint: "report_page", rowsAbove: 7);
        var journey = await Journey.OfAsync(rig, rig.Facebook(), Ads);

        Assert.Equal("Fetched", journey.Trail);
        Assert.Equal(1, await rig.CallsAsync("report_submit"));
        var pages = await Landed.PagesAsync(rig.Segments, journey.Parts);
        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.InRange(page.GetProperty("data").GetArrayLength(), 0, 7));
        await AssertTruthAsync(rig, journey);
    }

    [Fact]
    public async Task Fields_are_asked_for_apart_and_joined_by_key_to_what_one_report_says()
    {
        await using var rig = await SourceRig.StartAsync();
        var day = Ads with { To = Ads.From };
        var ad = (await rig.Apis.TruthAsync("facebook", day.Account, $"{day.From:O}", $"{day.To:O}", "ad"))[0]["ad_id"];
        var oneAd = Steps.Write(ReportState.Of(ReportQuestion.Of(day) with { FilterField = "ad.id", Ids = [ad] }));
        var whole = await Journey.OfAsync(rig, rig.Facebook(), day, oneAd);
        await rig.FaultAsync("facebook", "too_broad", next: 2, endpoint: "report_submit");
        var joined = await Journey.OfAsync(rig, rig.Facebook(), day, oneAd);

        Assert.Equal("Cut, Fetched", joined.Trail);
        Assert.Equal(1 + 2 + 4, await rig.CallsAsync("report_submit"));      // the whole, two refusals, a quarter of the fields four times
        var page = Assert.Single(await Landed.PagesAsync(rig.Segments, joined.Parts));
        AssertKeysAreWhole(page);
        var expected = Assert.Single((await Landed.PagesAsync(rig.Segments, whole.Parts))[0].GetProperty("data").EnumerateArray());
        var row = Assert.Single(page.GetProperty("data").EnumerateArray());
        Assert.Equal(Members(expected), Members(row));
    }

    [Fact]
    public async Task Empty_pages_with_a_next_one_end_nothing()
    {
        await using var rig = await SourceRig.StartAsync();
        rig.FacebookOptions = rig.FacebookOptions with { PageRows = 5 };
        await rig.FaultAsync("facebook", "empty_page");
        var journey = await Journey.OfAsync(rig, rig.Facebook(), Ads);
        var pages = await Landed.PagesAsync(rig.Segments, journey.Parts);
        Assert.Contains(pages, page => page.GetProperty("data").GetArrayLength() == 0);
        await AssertTruthAsync(rig, journey);
        await rig.AssertPoliteAndDiscreetAsync("facebook");
    }

    [Fact]
    public async Task An_account_that_is_not_there_is_a_problem_of_the_settings()
    {
        await using var rig = await SourceRig.StartAsync();
        var probe = await rig.Facebook().ProbeAsync("4711", TestContext.Current.CancellationToken);
        Assert.Contains("finds no account 4711", probe.Problem, StringComparison.Ordinal);
    }

    private static async Task AssertTruthAsync(SourceRig rig, Journey journey) => Assert.Equal(
        await Landed.TruthAsync(rig, "facebook", Ads, withReach: true), await Landed.FacebookAsync(rig.Segments, journey.Parts));

    private static void AssertKeysAreWhole(JsonElement page)
    {
        foreach (var row in page.GetProperty("data").EnumerateArray())
            foreach (var field in ReportQuestion.KeyFields("ad"))
                Assert.True(row.TryGetProperty(field, out var value) && value.GetString() is { Length: > 0 }, field);
    }

    private static SortedDictionary<string, string> Members(JsonElement row) =>
        new(row.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText()), StringComparer.Ordinal);
}

using Pipeline.Domain.Quality;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Unit.Quality;

/// <summary>Rules of accounts' days: ordinary facts, one thing changed.</summary>
public sealed class SliceRuleTests
{
    [Fact]
    public void Ordinary_days_have_no_findings() => Assert.Empty(Given.Findings(Given.Ads, Given.Slices));

    [Theory]
    [InlineData("clicks", 2.5, "datasets_disagree ratio_shifted:ctr ratio_shifted:cost_per_click")]
    [InlineData("clicks", 1.15, "")]
    [InlineData("spend", 3, "ratio_shifted:cost_per_click volume_high:spend")]
    [InlineData("spend", 0.2, "ratio_shifted:cost_per_click volume_low:spend")]
    public void The_last_day_is_compared_with_the_days_before(string column, double factor, string findings)
    {
        var facts = Given.Slices with
        {
            SliceColumns = [.. Given.Slices.SliceColumns.Select(each =>
                each.Day == Given.Yesterday && each.Column == column ? each with { Total = each.Total * factor } : each)],
        };
        var found = Given.Findings(Given.Ads, facts)
            .Select(each => each.Code == QualityCodes.DatasetsDisagree ? each.Code : $"{each.Code}:{each.Subject.Split(": ")[1]}");
        Assert.Equal(findings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
    }

    [Fact]
    public void A_day_that_does_not_come_is_late_and_one_that_is_passed_over_is_missing()
    {
        var late = Given.Slices with { At = Given.Now.AddDays(1), Slices = Given.Slices.Slices };
        Assert.Contains("extraction_late", Given.Codes(Given.Ads, late));
        var waiting = Given.Slices with { At = Given.End(Given.Yesterday.AddDays(1)).AddHours(8) };
        Assert.DoesNotContain("extraction_late", Given.Codes(Given.Ads, waiting));

        var gap = Given.Slices with { At = Given.Now.AddHours(6),
            Slices = [.. Given.Slices.Slices.Where(each => each.Day != Given.Yesterday.AddDays(-4))] };
        var missing = Assert.Single(Given.Findings(Given.Ads, gap));
        Assert.Equal((QualityCodes.SliceMissing, "facebook 1001 campaign"), (missing.Code, missing.Subject));
        Assert.Contains("2026-10-16", missing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_day_stays_missing_behind_the_look_back_and_what_came_of_a_forgotten_one_is_not_said()
    {
        var day = Given.Yesterday.AddDays(-32);
        var facts = Given.Slices with
        {
            Slices = [.. Given.Slices.Slices.Where(each => each.Day != day)],
            Open = [new(QualityCodes.SliceMissing, "facebook 1001 campaign", Given.Now, Given.End(day.AddDays(-1)))],
        };
        Assert.Contains("2026-09-18", Assert.Single(Given.Findings(Given.Ads, facts)).Text, StringComparison.Ordinal);
        Assert.Empty(Given.Findings(Given.Ads, facts with { Slices = Given.Slices.Slices }));
        var forgotten = facts with { Open = [facts.Open[0] with { Since = Given.Now.AddDays(-71) }] };
        Assert.DoesNotContain(QualityRules.Judge(Given.Ads, forgotten), each => each.Code == QualityCodes.SliceMissing);
    }

    [Fact]
    public void The_finer_grain_is_compared_with_the_coarser_as_they_always_differ()
    {
        var ads = Given.Slices.SliceColumns.Where(each => each.Column == "clicks")
            .Select(each => each with { Series = each.Series with { Stream = "ad" }, Total = each.Total * 0.8 }).ToList();
        Assert.Empty(Given.Codes(Given.Ads, Given.Slices with { SliceColumns = [.. Given.Slices.SliceColumns, .. ads] }));
        ads[^1] = ads[^1] with { Total = ads[^1].Total * 0.7 };
        Assert.Equal([QualityCodes.StreamsDisagree],
            Given.Codes(Given.Ads, Given.Slices with { SliceColumns = [.. Given.Slices.SliceColumns, .. ads] }));
    }

    [Fact]
    public void Tracked_events_that_are_lost_are_found_by_the_platforms_figures()
    {
        var events = Given.Slices.EventDays.ToDictionary(each => each.Key, each => each.Key.Day == Given.Yesterday ? 500 : each.Value);
        var finding = Assert.Single(Given.Findings(Given.Ads, Given.Slices with { EventDays = events }));
        Assert.Equal((QualityCodes.DatasetsDisagree, "tracked_clicks"), (finding.Code, finding.Subject));
        Assert.Contains("the rows of clicks 500", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_names_are_found()
    {
        var facts = Given.Slices with
        {
            SliceColumns = [.. Given.Slices.SliceColumns.Select(each =>
                each.Day == Given.Yesterday && each.Column == "campaign_name" ? each with { Nulls = 20 } : each)],
        };
        Assert.Equal([QualityCodes.NullRatioHigh], Given.Codes(Given.Ads, facts));
    }
}

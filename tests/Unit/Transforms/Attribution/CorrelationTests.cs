using Pipeline.Transforms.Attribution;
using static Pipeline.Tests.Unit.Transforms.Attribution.Events;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

public sealed class CorrelationTests
{
    private const long Microsecond = 1;

    private static readonly Conversion Sale = new("ann", "spring", At(20, 12));

    [Fact]
    public void The_last_click_before_the_conversion_has_it() => Assert.Equal("click|b|spring|3600", TouchOf(
        [Click(At(18), "a"), Click(At(20, 11), "b"), Click(At(19), "c"), Click(At(20, 13), "later")], Sale));

    [Fact]
    public void Any_click_within_its_look_back_beats_a_later_view() => Assert.Equal("click|old|spring|604800", TouchOf(
        [View(At(20, 11), "fresh"), Click(At(13, 12), "old")], Sale));

    [Fact]
    public void A_click_that_is_too_old_leaves_the_conversion_to_a_view() => Assert.Equal("view|fresh|spring|3600", TouchOf(
        [View(At(20, 11), "fresh"), Click(At(13, 12) - Microsecond, "old")], Sale));

    [Fact]
    public void A_touch_at_the_instant_of_the_conversion_counts_and_one_behind_it_does_not()
    {
        Assert.Equal("click|a|spring|0", TouchOf([Click(At(20, 12), "a")], Sale));
        Assert.Equal("none", TouchOf([Click(At(20, 12) + Microsecond, "a")], Sale));
    }

    [Fact]
    public void The_end_of_a_look_back_belongs_to_it()
    {
        Assert.Equal("view|a|spring|86400", TouchOf([View(At(19, 12), "a")], Sale));
        Assert.Equal("none", TouchOf([View(At(19, 12) - Microsecond, "a")], Sale));
        Assert.Equal("click|a|none|0", TouchOf([Click(At(20, 12), "a", "none")], Sale with { Campaign = "none" }));
        Assert.Equal("none", TouchOf([Click(At(20, 12) - Microsecond, "a", "none")], Sale with { Campaign = "none" }));
    }

    [Fact]
    public void A_campaign_the_table_does_not_name_has_seven_days_and_24_hours()
    {
        var sale = Sale with { Campaign = "unlisted" };
        Assert.Equal("click|a|unlisted|604800", TouchOf([Click(At(13, 12), "a", "unlisted")], sale));
        Assert.Equal("none", TouchOf([Click(At(13, 12) - Microsecond, "a", "unlisted"), View(At(19, 12) - Microsecond, "a", "unlisted")],
            sale));
    }

    [Fact]
    public void Touches_of_other_users_and_campaigns_do_not_count() => Assert.Equal("none", TouchOf(
        [Click(At(20, 11), "a") with { User = "bob" }, Click(At(20, 11), "a", "long"), Click(At(20, 11), "a", null)], Sale));

    [Fact]
    public void A_conversion_without_a_campaign_takes_a_touch_of_any_within_that_ones_look_back()
    {
        var sale = Sale with { Campaign = null };
        Assert.Equal("click|b|long|86400", TouchOf([Click(At(19, 11), "a", "brief"), Click(At(19, 12), "b", "long"),
            Click(At(18), "c", "spring")], sale));
        Assert.Equal("click|b|long|864000", TouchOf([Click(At(13, 11), "a", "spring"), Click(At(10, 12), "b", "long")], sale));
        Assert.Equal("click|a||3600", TouchOf([Click(At(20, 11), "a", null), Click(At(20, 10), "b", "long")], sale));
    }

    [Fact]
    public void Of_touches_at_one_instant_the_greater_creative_and_then_the_greater_campaign_has_it()
    {
        var sale = Sale with { Campaign = null };
        Assert.Equal("click|b|brief|3600", TouchOf([Click(At(20, 11), "a", "spring"), Click(At(20, 11), "b", "brief"),
            Click(At(20, 11), null, "unlisted")], sale));
        Assert.Equal("click|a|spring|3600", TouchOf([Click(At(20, 11), "a", "spring"), Click(At(20, 11), "a", "long"),
            Click(At(20, 11), "a", null)], sale));
    }

    [Fact]
    public void One_touch_counts_for_every_conversion_it_covers()
    {
        var outcome = Correlate([Click(At(12), "a")], Sale with { Time = At(12, 1) }, Sale with { Time = At(19) },
            Sale with { Time = At(19) + Microsecond });
        Assert.Equal(["click", "click", "none"], outcome.Attributed.Select(line => line.Split('|')[5]));
    }

    [Fact]
    public void A_conversion_that_comes_twice_counts_once_and_one_that_was_corrected_with_its_greater_value()
    {
        var outcome = Correlate([], Sale, Sale, Sale with { Value = 20_0000 }, Sale with { Id = "x" },
            Sale with { Id = "x", Time = Sale.Time + 1, User = "bob" });
        Assert.Equal(
            ["2026-10-20T12:00:00.000000Z|spring|purchase|20.0000|EUR|none|||||ann",
                "2026-10-20T12:00:00.000001Z|spring|purchase|10.0000|EUR|none|||||bob"],
            outcome.Attributed);
        Assert.Equal(["2026-10-20|spring|EUR|0|0|2|0|0|30.0000|0"], outcome.Counts);
    }

    [Fact]
    public void Campaigns_are_counted_on_the_day_of_what_happened_money_by_currency()
    {
        var outcome = Correlate(
            [View(At(19), "a"), View(At(19, 1), "a"), Click(At(20), "a"), Click(At(20), "a", null)],
            Sale, Sale with { Id = "refund", Currency = "USD", Value = -12_3456 },
                Sale with { Currency = null, Value = null, Campaign = null });
        Assert.Equal(
            [
                "2026-10-19|spring||2|0|0|0|0|0.0000|0", "2026-10-20|spring|EUR|0|0|1|1|0|10.0000|43200",
                "2026-10-20|spring|USD|0|0|1|1|0|-12.3456|43200", "2026-10-20|spring||0|1|1|1|0|0.0000|43200",
                    "2026-10-20|||0|1|0|0|0|0.0000|0",
            ],
            outcome.Counts);
    }

    [Fact]
    public void People_without_a_pseudonym_are_not_one_person() => Assert.Equal("none", TouchOf(
        [Click(At(20, 11), "a") with { User = "" }], Sale with { User = "" }));

    private static Touch Click(long time, string? creative, string? campaign = "spring") =>
        new(TouchKind.Click, "ann", campaign, creative, time);

    private static Touch View(long time, string? creative, string? campaign = "spring") =>
        new(TouchKind.View, "ann", campaign, creative, time);
}

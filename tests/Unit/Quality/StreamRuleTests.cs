using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Unit.Quality;

/// <summary>Rules of streams: ordinary facts, one thing changed.</summary>
public sealed class StreamRuleTests
{
    [Fact]
    public void Ordinary_traffic_has_no_findings_and_is_judged()
    {
        Assert.Empty(Given.Findings(Given.Conversions, Given.Stream));
        Assert.Superset(
            new HashSet<string> { "volume_low", "volume_high", "nothing_landed", "watermark_late", "shard_silent", "reject_ratio_high",
                "mean_shifted" },
            QualityRules.Judge(Given.Conversions, Given.Stream).Select(each => each.Code).ToHashSet());
    }

    [Theory]
    [InlineData(0.3, "volume_low")]
    [InlineData(0.8, null)]
    [InlineData(1.5, null)]
    [InlineData(3, "volume_high")]
    public void An_hour_is_compared_with_the_same_hours_of_earlier_weeks(double factor, string? code) =>
        Assert.Equal(code is null ? [] : [code], Given.Codes(Given.Clicks, Given.Landing(factor)));

    [Fact]
    public void What_was_held_up_and_comes_at_once_is_no_spike()
    {
        Assert.Empty(Given.Codes(Given.Clicks, Given.Landing(0, 0, 3)));
        Assert.Equal(["volume_high"], Given.Codes(Given.Clicks, Given.Landing(1, 1, 3)));
        Assert.Equal(["volume_high"], Given.Codes(Given.Clicks, Given.Landing(0.2, 6)));
    }

    [Fact]
    public void A_finding_tells_since_when_what_was_expected_and_what_was_seen()
    {
        var finding = Assert.Single(Given.Findings(Given.Clicks, Given.Landing(0.3)));
        Assert.Equal((AlertSeverity.Warning, "records", Given.Last), (finding.Severity, finding.Subject, finding.Since!.Value));
        Assert.Matches("^about [0-9,]+ records an hour$", finding.Expected);
        Assert.Matches("^[0-9,]+ records$", finding.Seen);
        Assert.StartsWith("SELECT hour, sum(records)", finding.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("  ", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_numbers_and_short_histories_do_not_alarm()
    {
        var few = Given.Stream with { Landed = [.. Given.Hours(49).SkipLast(1).Select(hour => new HourCount(hour, 8))] };
        Assert.DoesNotContain(QualityRules.Judge(Given.Clicks, few), each => each.Code.StartsWith("volume", StringComparison.Ordinal));
        var young = Given.Stream with { Landed = [.. Given.Hours(49).TakeLast(6).Select(hour => new HourCount(hour, 1000)).SkipLast(1)] };
        Assert.DoesNotContain(QualityRules.Judge(Given.Clicks, young), each => each.Code.StartsWith("volume", StringComparison.Ordinal));
    }

    [Fact]
    public void Growth_from_week_to_week_is_expected()
    {
        var grows = Given.Stream with
        {
            Landed = [.. Given.Hours(49).Select(hour =>
                new HourCount(hour, Math.Round(Given.Usual(hour) * Math.Pow(1.15, (hour - Given.Last).TotalDays / 7))))],
        };
        Assert.Empty(Given.Codes(Given.Clicks, grows));
    }

    [Fact]
    public void Silence_is_found_when_it_is_longer_than_it_ever_is()
    {
        var silent = Given.Stream with { LandedHours = [.. Given.Hours(28).SkipLast(3)] };
        Assert.Equal(["nothing_landed"], Given.Codes(Given.Clicks, silent));
        var daily = Given.Stream with { LandedHours = [.. Given.Hours(70).Where(hour => hour.Hour == 3)], Landed = [] };
        Assert.DoesNotContain("nothing_landed", Given.Codes(Given.Clicks, daily));
    }

    [Fact]
    public void A_topic_partition_is_silent_when_its_siblings_flow()
    {
        var stuck = Given.Stream with { Shards = [Given.Stream.Shards[0],
            Given.Stream.Shards[1] with { LastHour = Given.Last.AddHours(-2) }] };
        var finding = Assert.Single(Given.Findings(Given.Clicks, stuck));
        Assert.Equal((QualityCodes.ShardSilent, "clicks-1", AlertSeverity.Critical), (finding.Code, finding.Subject, finding.Severity));
        var rare = stuck with { Shards = [stuck.Shards[0], stuck.Shards[1] with { LongestGap = 4 }] };
        Assert.Empty(Given.Codes(Given.Clicks, rare));
        var allSilent = stuck with { Landed = [.. stuck.Landed.SkipLast(2)],
            Shards = [.. stuck.Shards.Select(each => each with { LastHour = Given.Last.AddHours(-2) })] };
        Assert.DoesNotContain("shard_silent", Given.Codes(Given.Clicks, allSilent));
    }

    [Fact]
    public void The_newest_event_may_be_as_old_as_the_contract_says()
    {
        Assert.Equal(["watermark_late"], Given.Codes(Given.Clicks, Given.Stream with { Watermark = Given.Now.AddMinutes(-61) }));
        Assert.Empty(Given.Codes(Given.Clicks, Given.Stream with { Watermark = Given.Now.AddMinutes(-59) }));
    }

    [Theory]
    [InlineData(30, 0, "reject_ratio_high")]      // over the contract's 2 %
    [InlineData(15, 0, null)]
    [InlineData(3, 250, "duplicate_ratio_high")]  // over the contract's 20 %
    [InlineData(3, 90, "duplicate_ratio_high")]   // over what is usual
    [InlineData(3, 40, null)]
    public void Shares_are_bounded_by_the_contract_and_by_history(int rejected, int duplicates, string? code)
    {
        var facts = Given.Stream with
        {
            Published = [.. Given.Stream.Published.SkipLast(1),
                new(Given.Last, 1000, Math.Max(duplicates, 10), rejected, Given.Last.AddMinutes(58))],
        };
        var expected = rejected == 30 ? "reject_ratio_high" : code;
        Assert.Equal(expected is null ? [] : [expected], Given.Codes(Given.Clicks, facts));
    }

    [Fact]
    public void The_present_hour_counts_as_soon_as_it_has_rows_enough()
    {
        var bad = new PublishedHour(Given.Last.AddHours(1), 200, 0, 40, Given.Now);
        Assert.Equal(["reject_ratio_high"], Given.Codes(Given.Clicks, Given.Stream with { Published = [.. Given.Stream.Published, bad] }));
        var few = Given.Stream with { At = Given.Now, Published = [bad with { RowsIn = 20, Rejected = 4 }] };
        Assert.Empty(Given.Codes(Given.Clicks, few));
    }

    [Theory]
    [InlineData(50, "values_out_of_range")]
    [InlineData(49, null)]
    public void The_present_hours_values_count_as_soon_as_they_are_enough(long values, string? code)
    {
        var present = new ColumnHour(Given.Last.AddHours(1), "value", values, 0, 3, 45 * values);
        var facts = Given.Stream with { Columns = [.. Given.Stream.Columns, present] };
        Assert.Equal(code is null ? [] : [code], Given.Codes(Given.Conversions, facts));
    }

    [Fact]
    public void What_was_silent_for_weeks_is_well_with_the_first_hour_that_lands()
    {
        var open = Given.Stream with { Open = [new(QualityCodes.NothingLanded, "records", Given.Now, Given.Now.AddDays(-27))] };
        Assert.Equal([null], Judged(open with { LandedHours = [Given.Last.AddHours(1)] }));
        Assert.Equal([QualityCodes.NothingLanded], Judged(open with { LandedHours = [Given.Last.AddDays(-27)] }));
        Assert.Empty(Judged(open with { LandedHours = [] }));

        static IEnumerable<string?> Judged(QualityFacts facts) => QualityRules.Judge(Given.Clicks, facts)
            .Where(each => each.Code == QualityCodes.NothingLanded).Select(each => each.Finding?.Code);
    }

    [Theory]
    [InlineData(1000, 300, 0, 45, "null_ratio_high:currency")]
    [InlineData(1000, 0, 20, 45, "values_out_of_range:value")]
    [InlineData(1000, 0, 2, 45, null)]
    [InlineData(1000, 0, 0, 90, "mean_shifted:value")]
    [InlineData(1000, 0, 0, 50, null)]
    public void Columns_are_as_the_contract_and_history_say(long rows, long nulls, long outside, double mean, string? finding)
    {
        var hours = Given.Stream.Columns.Concat(Given.Hours(8).Select(hour => new ColumnHour(hour, "currency", 1000, 40, 0, 0)));
        var facts = Given.Stream with
        {
            Columns =
            [
                .. hours.Where(each => each.Hour < Given.Last), new(Given.Last, "value", rows, 0, outside, rows * mean),
                new(Given.Last, "currency", rows, Math.Max(nulls, 40), 0, 0),
            ],
        };
        Assert.Equal(finding is null ? [] : [finding],
            Given.Findings(Given.Conversions, facts).Select(each => $"{each.Code}:{each.Subject}"));
    }
}

using Pipeline.Domain.Days;

namespace Pipeline.Tests.Unit.StatusPage;

public sealed class DayStatesTests
{
    private static readonly DateOnly Day = new(2026, 11, 10);
    private static readonly DayFacts Facts = new(Day, 1000, 4, 5000);
    private static readonly DayExpectations Expected =
        new(Day.AddDays(5), Day.AddDays(-100), new(2026, 11, 14, 12, 0, 0, TimeSpan.Zero), [1100, 900, 1000, 40]);

    [Fact]
    public void A_day_with_its_usual_rows_behind_the_watermark_is_complete() =>
        Assert.Equal(new(DayState.Complete, "1,000 rows; the median of 4 Tuesdays is 950."), DayStates.Judge(Facts, Expected));

    [Theory]
    [InlineData(475, DayState.Complete)]
    [InlineData(474, DayState.Partial)]
    [InlineData(0, DayState.Missing)]
    public void A_day_with_less_than_half_of_the_usual_rows_is_partial_and_one_without_any_missing(long rows, DayState state) =>
        Assert.Equal(state, DayStates.Judge(Facts with { Rows = rows }, Expected).State);

    [Fact]
    public void With_too_few_weekdays_to_compare_with_any_rows_are_complete_and_none_are_empty()
    {
        Assert.Equal(DayState.Complete, DayStates.Judge(Facts with { Rows = 1 }, Expected with { SameWeekday = [1000, 1000] }).State);
        Assert.Equal(DayState.Empty, DayStates.Judge(Facts with { Rows = 0 }, Expected with { SameWeekday = [] }).State);
    }

    [Fact]
    public void A_day_that_the_watermark_has_not_passed_is_late_while_something_may_come()
    {
        var watermark = new DateTimeOffset(2026, 11, 10, 18, 0, 0, TimeSpan.Zero);
        var verdict = DayStates.Judge(Facts, Expected with { Watermark = watermark });
        Assert.Equal(new(DayState.Late, "The watermark is 2026-11-10 18:00 UTC, before the end of the day; 1,000 rows so far."), verdict);
        var nextDay = Facts with { Day = Day.AddDays(3), Rows = 0 };
        Assert.Equal(DayState.Late, DayStates.Judge(nextDay, Expected with { Watermark = watermark }).State);
        Assert.Equal(DayState.Missing, DayStates.Judge(nextDay, Expected with { Watermark = watermark, Today = Day.AddDays(6) }).State);
    }

    [Fact]
    public void Today_is_partial_and_days_outside_of_the_data_are_empty()
    {
        Assert.Equal(DayState.Partial, DayStates.Judge(Facts, Expected with { Today = Day }).State);
        Assert.Equal(DayState.Empty, DayStates.Judge(Facts, Expected with { Today = Day.AddDays(-1) }).State);
        Assert.Equal(new(DayState.Empty, "The data begin on 2026-11-11."), DayStates.Judge(Facts with { Rows = 0 }, Expected with { FirstDay = Day.AddDays(1) }));
        Assert.Equal(DayState.Empty, DayStates.Judge(Facts with { Rows = 0 }, Expected with { FirstDay = null }).State);
    }

    [Theory]
    [InlineData(4, 4, 0, 0, DayState.Complete)]
    [InlineData(4, 3, 0, 0, DayState.Partial)]
    [InlineData(4, 3, 1, 0, DayState.Late)]
    [InlineData(4, 2, 1, 1, DayState.Partial)]
    [InlineData(4, 0, 0, 0, DayState.Missing)]
    public void Slices_decide_where_a_provider_is_asked_day_by_day(int expected, int published, int landed, int withheld, DayState state) =>
        Assert.Equal(state, DayStates.Judge(Facts with { Slices = new(expected, published, landed, withheld, null) }, Expected).State);

    [Fact]
    public void A_withheld_slice_is_named_with_its_reason() => Assert.Equal(
        "3 of 4 slices published, 1 withheld: spend was refused.",
        DayStates.Judge(Facts with { Slices = new(4, 3, 0, 1, "spend was refused.") }, Expected).Reason);

    [Fact]
    public void A_day_whose_slices_all_came_without_rows_is_empty() =>
        Assert.Equal(DayState.Empty, DayStates.Judge(Facts with { Rows = 0, Slices = new(2, 2, 0, 0, null) }, Expected).State);
}

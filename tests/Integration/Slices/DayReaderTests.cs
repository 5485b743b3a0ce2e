using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

/// <summary>The calendar of a dataset whose days are slices of a provider.</summary>
public sealed class DayReaderTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Days_are_judged_by_their_slices()
    {
        await using var world = await CreateAsync(postgres);
        var other = Week with { Account = "act_2" };
        await world.LandAsync(Week, Row(Day, "a", 1), Row(Day.AddDays(2), "a", 2));
        await world.LandAsync(other with { To = Day.AddDays(2) }, Row(Day, "a", 1, "act_2"));
        await world.PublishAsync();
        await world.LandPartsAsync(other with { From = Day.AddDays(3), To = Day.AddDays(3) }, "the counts differ", []);
        await world.LandAsync(other with { From = Day.AddDays(4), To = Day.AddDays(4) }, Row(Day.AddDays(4), "a", 3, "act_2"));

        var days = await new DayReader(world.Source, world.Clock).ReadAsync(Ads, Day, Day.AddDays(5), stopping);
        Assert.Equal(
            [
                "10-01 complete 2 rows; fewer than 3 Thursdays to compare with.",
                "10-02 empty Every slice came without rows.",
                "10-03 complete 1 row; fewer than 3 Saturdays to compare with.",
                "10-04 partial 1 of 2 slices published, 1 withheld: the counts differ",
                "10-05 late 1 of 2 slices published, 1 landed and not published yet.",
                "10-06 partial 1 of 2 slices published; the others were not extracted.",
            ], days.Select(day => $"{day.Day:MM-dd} {day.State} {day.Reason}"));
        await world.PublishAsync();
        var published = await new DayReader(world.Source, world.Clock).ReadAsync(Ads, Day.AddDays(3), Day.AddDays(4), stopping);
        Assert.Equal(["partial 1 of 2 slices published, 1 withheld: the counts differ", "complete 1 row; fewer than 3 Mondays to compare with."],
            published.Select(day => $"{day.State} {day.Reason}"));
    }
}

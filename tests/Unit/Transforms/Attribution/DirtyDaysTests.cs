using Pipeline.Domain.Attribution;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

public sealed class DirtyDaysTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);

    [Fact]
    public void Changed_conversions_make_their_own_day_dirty() =>
        Assert.Equal([new(3, Day)], DirtyDays.Of(new([1], [new(3, Day)], []), Having(new BucketDay(3, Day.AddDays(1))), 7));

    [Fact]
    public void Changed_touches_make_dirty_their_day_and_those_behind_it_that_have_conversions_of_the_same_bucket()
    {
        var having = Having(new(3, Day.AddDays(-1)), new(3, Day.AddDays(2)), new(3, Day.AddDays(7)), new(3, Day.AddDays(8)),
            new(4, Day.AddDays(1)));
        var dirty = DirtyDays.Of(new([1], [], [new(3, Day)]), having, 7);
        Assert.Equal([new(3, Day), new(3, Day.AddDays(2)), new(3, Day.AddDays(7))], dirty.OrderBy(each => each.Day));
    }

    [Fact]
    public void Work_is_cut_by_bucket_and_into_stretches_of_days_the_earliest_first()
    {
        var days = Enumerable.Range(0, 20).Select(day => new BucketDay(1, Day.AddDays(day))).Append(new(0, Day.AddDays(3)))
            .Append(new(0, Day.AddDays(30)));
        Assert.Equal(
            ["1 10-01 10-14 14", "0 10-04 10-04 1", "1 10-15 10-20 6", "0 10-31 10-31 1"],
            DirtyDays.Cut(days.Reverse()).Select(piece =>
                $"{piece.Bucket} {piece.Days[0]:MM-dd} {piece.Days[^1]:MM-dd} {piece.Days.Count}"));
    }

    private static HashSet<BucketDay> Having(params BucketDay[] days) => [.. days];
}

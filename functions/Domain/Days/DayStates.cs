using System.Globalization;

namespace Pipeline.Domain.Days;

/// <summary>Judges whether one date partition has what it should. Pure.</summary>
public static class DayStates
{
    /// <summary>A day with a smaller share of the usual rows is called partial.</summary>
    private const double UsualShare = 0.5;

    /// <summary>Same weekdays with rows that must be there before a day is compared with them.</summary>
    private const int WeekdaysNeeded = 3;

    /// <summary>For so many days a day without rows that the watermark has not passed is late; then something is wrong, or nothing
    /// comes.</summary>
    private const int LateDays = 2;

    /// <summary>The state of a day and a sentence that says why.</summary>
    public static DayVerdict Judge(DayFacts day, DayExpectations expected)
    {
        if (expected.FirstDay is not { } first) return new(DayState.Empty, "Nothing of this dataset is in the lake yet.");
        if (day.Day > expected.Today) return new(DayState.Empty, "The day has not begun.");
        if (day.Slices is { } slices && OfSlices(slices) is { } verdict) return verdict;
        if (day.Day == expected.Today) return new(DayState.Partial, $"The day is not over; {Count(day.Rows, "row")} so far.");
        if (day.Day < first) return new(DayState.Empty, $"The data begin on {first:yyyy-MM-dd}.");
        if (day.Slices is null && expected.Watermark is { } watermark && watermark < EndOf(day.Day)
            && (day.Rows > 0 || day.Day.AddDays(LateDays) >= expected.Today))
            return new(DayState.Late, string.Create(CultureInfo.InvariantCulture,
                $"The watermark is {watermark.UtcDateTime:yyyy-MM-dd HH:mm} UTC, before the end of the day; {Count(day.Rows, "row")} so far."));
        return OfRows(day, expected.SameWeekday);
    }

    private static DayVerdict? OfSlices(SliceFacts slices)
    {
        var there = $"{slices.Published} of {Count(slices.Expected, "slice")} published";
        if (slices.Withheld > 0)
            return new(DayState.Partial, $"{there}, {slices.Withheld} withheld: {slices.WithheldReason ?? "no reason is kept"}");
        if (slices.Landed > 0) return new(DayState.Late, $"{there}, {slices.Landed} landed and not published yet.");
        if (slices.Published >= slices.Expected) return null;
        return slices.Published == 0 ? new(DayState.Missing, $"None of {Count(slices.Expected, "slice")} was extracted.")
            : new(DayState.Partial, $"{there}; the others were not extracted.");
    }

    private static DayVerdict OfRows(DayFacts day, IReadOnlyList<long> sameWeekday)
    {
        var weekday = day.Day.ToString("dddd", CultureInfo.InvariantCulture);
        var usual = sameWeekday.Count >= WeekdaysNeeded ? Median(sameWeekday) : (long?)null;
        var compared = usual is { } rows ? $"the median of {sameWeekday.Count} {weekday}s is {rows:N0}"
            : $"fewer than {WeekdaysNeeded} {weekday}s to compare with";
        if (day.Rows == 0)
            return day.Slices is { Published: > 0 } ? new(DayState.Empty, "Every slice came without rows.")
                : usual is > 0 ? new(DayState.Missing, $"No rows; {compared}.")
                : new(DayState.Empty, $"No rows; {compared}.");
        return new(
            usual is { } median && day.Rows < median * UsualShare ? DayState.Partial : DayState.Complete,
            $"{Count(day.Rows, "row")}; {compared}.");
    }

    private static long Median(IReadOnlyList<long> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static DateTimeOffset EndOf(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");
}

/// <summary>What a date partition holds.</summary>
/// <param name="Bytes">Of its Parquet objects.</param>
public sealed record DayFacts(DateOnly Day, long Rows, long Objects, long Bytes)
{
    /// <summary>Its slices, where a provider is asked for them day by day; null for streams, files and queues.</summary>
    public SliceFacts? Slices { get; init; }
}

/// <summary>The slices of one day.</summary>
/// <param name="Expected">Slices of the accounts and streams that had one around the day.</param>
/// <param name="Landed">Landed and not published yet.</param>
/// <param name="Withheld">Not published, because too much of them was refused or they were suddenly empty.</param>
/// <param name="WithheldReason">The reason of one of them; null when there is none.</param>
public sealed record SliceFacts(int Expected, int Published, int Landed, int Withheld, string? WithheldReason);

/// <summary>What a day is judged against.</summary>
/// <param name="Today">The UTC day.</param>
/// <param name="FirstDay">The first day the dataset has anything of; null when it has nothing.</param>
/// <param name="Watermark">The latest event time that is published; null when rows have none.</param>
/// <param name="SameWeekday">Rows of the same weekday of the weeks before, those with any.</param>
public sealed record DayExpectations(DateOnly Today, DateOnly? FirstDay, DateTimeOffset? Watermark, IReadOnlyList<long> SameWeekday);

/// <summary>A day's state and why.</summary>
public sealed record DayVerdict(DayState State, string Reason);

/// <summary>Whether a date partition has what it should.</summary>
public enum DayState
{
    /// <summary>It has.</summary>
    Complete,

    /// <summary>Some of it is there.</summary>
    Partial,

    /// <summary>It is on its way: landed and not published, or the watermark has not passed the day's end.</summary>
    Late,

    /// <summary>Nothing is there, and something should be.</summary>
    Missing,

    /// <summary>Nothing is there, and nothing need be.</summary>
    Empty,
}

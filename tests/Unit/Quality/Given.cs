using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Unit.Quality;

/// <summary>Ordinary facts to change one thing of.</summary>
internal static class Given
{
    /// <summary>Five minutes behind the hour from 11:00, the last that is over.</summary>
    public static readonly DateTimeOffset Now = new(2026, 10, 21, 12, 5, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Last = new(2026, 10, 21, 11, 0, 0, TimeSpan.Zero);

    public static readonly DateOnly Yesterday = new(2026, 10, 20);

    public static readonly SliceSeries Campaigns = new("facebook", "1001", "campaign");

    private static readonly ContractSet Contracts = ContractReader.ReadFolder(Unit.Contracts.Given.Repository("functions",
        "datasets")).Verified();

    public static DatasetContract Clicks => Contracts.Named("clicks");

    public static DatasetContract Conversions => Contracts.Named("conversions");

    public static DatasetContract Ads => Contracts.Named("ad_performance");

    /// <summary>Hours before <see cref="Last"/> and it, the oldest first.</summary>
    public static IEnumerable<DateTimeOffset> Hours(int days) => Enumerable.Range(0, days * 24).Select(back => Last.AddHours(-back))
        .Reverse();

    /// <summary>Records of an ordinary hour: a wave a day, lower on Sundays.</summary>
    public static double Usual(DateTimeOffset hour) =>
        Math.Round(1000 * (1 + 0.6 * Math.Sin(hour.Hour / 24.0 * 2 * Math.PI)) * (hour.DayOfWeek == DayOfWeek.Sunday ? 0.6 : 1) * (1
            + 0.05 * Math.Sin(hour.Ticks / 1e11)));

    /// <summary>Seven weeks of a stream on which nothing is wrong.</summary>
    public static QualityFacts Stream => new()
    {
        At = Now,
        Landed = [.. Hours(49).Select(hour => new HourCount(hour, Usual(hour)))],
        LandedHours = [.. Hours(28)],
        Published = [.. Hours(8).Select(hour => new PublishedHour(hour, 1000, 10, 3, hour.AddMinutes(58)))],
        Columns = [.. Hours(8).Select(hour => new ColumnHour(hour, "value", 1000, 0, 0, 45_000 + 500 * Math.Sin(hour.Hour)))],
        Shards = [new("clicks-0", 100_000, Last, 1), new("clicks-1", 80_000, Last, 1)],
        Watermark = Last.AddMinutes(58),
    };

    /// <summary>Five weeks of an account on which nothing is wrong.</summary>
    public static QualityFacts Slices => new()
    {
        At = Now,
        Slices = [.. Days.Select(day => new SliceDay(Campaigns, day, 40, End(day).AddHours(3)))],
        SliceColumns =
        [
            .. Days.SelectMany(day => new[]
            {
                Column(day, "clicks", 1000), Column(day, "impressions", 100_000), Column(day, "spend", 400), Column(day, "conversions", 20),
                new(Campaigns, day, "campaign_name", 40, 0, 0, 0),
            }),
        ],
        EventDays = Days.ToDictionary(day => ("clicks", day), _ => 930L),
    };

    public static IEnumerable<DateOnly> Days => Enumerable.Range(0, 35).Select(back => Yesterday.AddDays(-back)).Reverse();

    public static DateTimeOffset End(DateOnly day) => new(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public static SliceColumn Column(DateOnly day, string name, double total) =>
        new(Campaigns, day, name, 40, 0, 0, total * (1 + 0.02 * Math.Sin(day.DayNumber)));

    public static Alert[] Findings(DatasetContract contract, QualityFacts facts) =>
        [.. QualityRules.Judge(contract, facts).Select(each => each.Finding).OfType<Alert>()];

    public static string[] Codes(DatasetContract contract, QualityFacts facts) => [.. Findings(contract, facts).Select(each => each.Code)];

    /// <summary>Facts of which the last hours landed so many times the usual.</summary>
    public static QualityFacts Landing(params double[] factors) => Stream with
    {
        Landed = [.. Stream.Landed.SkipLast(factors.Length),
            .. factors.Select((factor, i) => Last.AddHours(i + 1 - factors.Length)).Zip(factors,
            (hour, factor) => new HourCount(hour, Math.Round(Usual(hour) * factor))).Where(each => each.Count > 0)],
    };
}

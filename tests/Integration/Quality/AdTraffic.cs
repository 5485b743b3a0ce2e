using Pipeline.Domain.Quality;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>A day of an account's stream as a platform tells it.</summary>
internal sealed record DayOfAds(SliceSeries Series, DateOnly Day, long Rows, double Impressions, double Clicks, double Spend,
    double Conversions, long NoName);

/// <summary>The accounts of two advertising platforms, day by day, beside the clicks and conversions that are tracked.</summary>
internal sealed class AdTraffic(Month month, int seed)
{
    private const string Dataset = "ad_performance";

    private static readonly (string Source, string Account, double Share, double Ctr, double Price)[] Accounts =
        [("facebook", "1001", 0.35, 0.011, 0.42), ("facebook", "1002", 0.2, 0.014, 0.38), ("google_ads", "2001", 0.3, 0.034, 0.9),
            ("google_ads", "2002", 0.15, 0.028, 0.75)];

    private readonly Dice dice = new(seed);

    public static IEnumerable<SliceSeries> Series =>
        from account in Accounts from stream in new[] { "campaign", "ad" } select new SliceSeries(account.Source, account.Account, stream);

    /// <summary>A day of every stream; those that go missing are left out.</summary>
    /// <param name="clicks">Clicks that people made that day, tracked or not.</param>
    public IReadOnlyList<DayOfAds> Next(DateOnly day, double clicks, double conversions)
    {
        var at = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var days = new List<DayOfAds>();
        foreach (var (source, account, share, ctr, price) in Accounts)
        {
            var seen = clicks * share * 1.07 * dice.Noise(0.05);
            var shown = seen / (ctr * dice.Noise(0.06));
            var (paid, bought) = (seen * price * dice.Noise(0.06), conversions * share * 0.8 * dice.Noise(0.1));
            foreach (var stream in new[] { "campaign", "ad" })
            {
                var series = new SliceSeries(source, account, stream);
                // The finer grain lacks what has no ads, a little and always alike.
                var part = stream == "ad" ? (source == "google_ads" ? 0.82 : 0.99) * dice.Noise(0.01) : 1;
                var rows = dice.Poisson(stream == "ad" ? 180 : 40);
                var all = part * Factor(series, at, "all");
                days.Add(new(series, day, rows, Math.Round(shown * all), Math.Round(seen * all * Factor(series, at, "clicks")),
                    paid * all * Factor(series, at, "spend"), bought * all * Factor(series, at, "conversions"), Missing(series, at, rows)));
            }
        }
        return [.. days.Where(each => Of(each.Series, at, "missing") is null)];
    }

    /// <summary>When a day of a stream is extracted.</summary>
    public DateTimeOffset ExtractedAt(SliceSeries series, DateOnly day)
    {
        var at = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return at.AddDays(1).AddHours(3 + (Of(series, at, "late")?.Magnitude ?? 0));
    }

    private double Factor(SliceSeries series, DateTimeOffset at, string kind) => Of(series, at, kind)?.Magnitude ?? 1;

    private long Missing(SliceSeries series, DateTimeOffset at, long rows) => dice.Share(rows, Of(series, at, "nulls")?.Magnitude ?? 0.01);

    private Incident? Of(SliceSeries series, DateTimeOffset at, string kind) =>
        month.At(Dataset, at, kind) is { } found && series.ToString().StartsWith(found.Target, StringComparison.Ordinal) ? found : null;
}

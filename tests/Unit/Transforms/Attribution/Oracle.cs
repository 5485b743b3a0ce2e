using System.Globalization;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

/// <summary>The rules once more, as plainly as they can be said.</summary>
internal static class Oracle
{
    private static readonly Dictionary<string, (int ClickHours, int ViewHours)> Lookbacks = new()
    {
        ["spring"] = (7 * 24, 24), ["brief"] = (24, 1), ["long"] = (14 * 24, 72), ["none"] = (0, 0),
    };

    public static Outcome Correlate(IReadOnlyList<Touch> touches, IReadOnlyList<Conversion> conversions, DateOnly from, DateOnly to)
    {
        var byUser = touches.ToLookup(touch => touch.User);
        var decided = conversions.Where(each => DayOf(each.Time) >= from && DayOf(each.Time) <= to)
            .GroupBy(each => (DayOf(each.Time), each.Id ?? $"{each.User} {each.Campaign} {each.Time} {each.Type}"))
            .Select(same => same.OrderByDescending(each => each.Time).ThenByDescending(each => each.Value ?? long.MinValue)
                .ThenByDescending(each => each.Currency ?? "", StringComparer.Ordinal)
                    .ThenByDescending(each => each.Type, StringComparer.Ordinal)
                .ThenByDescending(each => each.Campaign ?? "", StringComparer.Ordinal)
                    .ThenByDescending(each => each.User, StringComparer.Ordinal).First())
            .Select(each => (Conversion: each, Touch: LastTouch(byUser[each.User], each))).ToList();
        return new(
            [.. decided.Select(each => Line(each.Conversion, each.Touch)).Order(StringComparer.Ordinal)],
            [.. Counts(touches.Where(each => DayOf(each.Time) >= from && DayOf(each.Time) <= to), decided).Order(StringComparer.Ordinal)]);
    }

    private static Touch? LastTouch(IEnumerable<Touch> touches, Conversion conversion) => touches
        .Where(touch => touch.Time <= conversion.Time && conversion.Time - touch.Time <= Lookback(touch))
        .Where(touch => conversion.Campaign is null || touch.Campaign == conversion.Campaign)
        .OrderByDescending(touch => touch.Kind == TouchKind.Click).ThenByDescending(touch => touch.Time)
        .ThenByDescending(touch => touch.Creative ?? "", StringComparer.Ordinal)
            .ThenByDescending(touch => touch.Campaign ?? "", StringComparer.Ordinal)
        .FirstOrDefault();

    private static long Lookback(Touch touch)
    {
        var (click, view) = Lookbacks.GetValueOrDefault(touch.Campaign ?? "", (7 * 24, 24));
        return (touch.Kind == TouchKind.Click ? click : view) * TimeSpan.MicrosecondsPerHour;
    }

    private static IEnumerable<string> Counts(IEnumerable<Touch> touches, List<(Conversion Conversion, Touch? Touch)> decided)
    {
        var seen = touches.Select(touch => (Key: (Day: DayOf(touch.Time), Campaign: touch.Campaign ?? "", Currency: ""),
            Touch: (Touch?)touch,
            Conversion: (Conversion?)null));
        var done = decided.Select(each => (Key: (Day: DayOf(each.Conversion.Time),
            Campaign: each.Conversion.Campaign ?? each.Touch?.Campaign ?? "", Currency: each.Conversion.Currency ?? ""), each.Touch,
            Conversion: (Conversion?)each.Conversion));
        return seen.Concat(done).GroupBy(each => each.Key).Select(group => string.Join('|',
            $"{group.Key.Day:yyyy-MM-dd}", group.Key.Campaign, group.Key.Currency,
            group.Count(each => each.Conversion is null && each.Touch!.Kind == TouchKind.View),
            group.Count(each => each.Conversion is null && each.Touch!.Kind == TouchKind.Click),
            group.Count(each => each.Conversion is not null),
            group.Count(each => each.Conversion is not null && each.Touch?.Kind == TouchKind.Click),
            group.Count(each => each.Conversion is not null && each.Touch?.Kind == TouchKind.View),
            Decimal(group.Sum(each => each.Conversion?.Value ?? 0)),
            group.Sum(each => each is { Conversion: { } conversion, Touch: { } touch } ? (conversion.Time - touch.Time) / 1_000_000 : 0)));
    }

    private static string Line(Conversion conversion, Touch? touch) => string.Join('|',
        Instant(conversion.Time), conversion.Campaign, conversion.Type, conversion.Value is { } value ? Decimal(value) : "",
            conversion.Currency,
        touch?.Kind.ToString().ToLowerInvariant() ?? "none", touch is null ? "" : Instant(touch.Time), touch?.Creative, touch?.Campaign,
        touch is null ? "" : (conversion.Time - touch.Time) / 1_000_000, conversion.User);

    private static DateOnly DayOf(long time) => DateOnly.FromDateTime(Time(time));

    private static string Instant(long time) => Time(time).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static string Decimal(long value) => (value / 10000m).ToString("0.0000", CultureInfo.InvariantCulture);

    private static DateTime Time(long time) => DateTime.UnixEpoch.AddTicks(time * 10);
}

using System.Globalization;
using Pipeline.Domain.Attribution;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Bench.Scenarios.Attributing;

/// <summary>One event; <see cref="Kind"/> is null for a conversion. Times are microseconds since the epoch.</summary>
internal readonly record struct AdEvent(TouchKind? Kind, int User, int Campaign, int Creative, long Time);

/// <summary>Events of two weeks, 85 views to 13 clicks to 2 conversions, twenty a user; the same for the same number of events.</summary>
internal static class AdEvents
{
    public const int Days = 14;

    public static readonly DateOnly FirstDay = new(2026, 10, 1);

    /// <summary>The events of a dataset's day and bucket, in no order.</summary>
    public static IEnumerable<AdEvent> Of(string dataset, int day, int bucket, long events)
    {
        var (kind, share) = dataset switch
        {
            AttributionNames.Impressions => ((TouchKind?)TouchKind.View, 85),
            AttributionNames.Clicks => (TouchKind.Click, 13),
            _ => (null, 2),
        };
        var random = new Random(HashCodeOf(share, day, bucket));
        var users = Math.Max(1, (int)(events / 20 / AttributionNames.Buckets));
        var midnight = new DateTimeOffset(FirstDay.AddDays(day), default, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;
        for (var left = events * share / 100 / Days / AttributionNames.Buckets; left > 0; left--)
            yield return new(
                kind, random.Next(users) * AttributionNames.Buckets + bucket, random.Next(10), random.Next(100),
                midnight + random.NextInt64(TimeSpan.MicrosecondsPerDay));
    }

    /// <summary>A pseudonym of 32 digits, as a keyed hash looks like.</summary>
    public static string UserId(int user)
    {
        var high = (ulong)(user + 1) * 0x9E3779B97F4A7C15;
        return string.Create(CultureInfo.InvariantCulture, $"{high:x16}{(high ^ high >> 31) * 0xBF58476D1CE4E5B9:x16}");
    }

    private static int HashCodeOf(int share, int day, int bucket) => (share * 100 + day) * 100 + bucket;
}

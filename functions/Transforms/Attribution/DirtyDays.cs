using Pipeline.Domain.Attribution;

namespace Pipeline.Transforms.Attribution;

/// <summary>Decides which days are computed again, and cuts them into pieces of work.</summary>
public static class DirtyDays
{
    /// <summary>Days that one piece of work spans at most: its conversions are in memory together.</summary>
    public const int MaxSpanDays = 14;

    /// <summary>
    /// Days whose conversions changed, days whose touches did, and of the look-back's days behind those the ones that have conversions.
    /// </summary>
    /// <param name="withConversions">Days that have conversions, or a result that stands.</param>
    public static IReadOnlySet<BucketDay> Of(AttributionChanges changes, IReadOnlySet<BucketDay> withConversions, int lookbackDays)
    {
        var dirty = new HashSet<BucketDay>(changes.Conversions);
        foreach (var touched in changes.Touches)
        {
            dirty.Add(touched);
            for (var later = 1; later <= lookbackDays; later++)
                if (touched with { Day = touched.Day.AddDays(later) } is var day && withConversions.Contains(day)) dirty.Add(day);
        }
        return dirty;
    }

    /// <summary>Pieces of work: days of one bucket that lie close together, the earliest first, buckets in turn.</summary>
    public static IReadOnlyList<BucketDays> Cut(IEnumerable<BucketDay> days) =>
    [
        .. days.Distinct().GroupBy(each => each.Bucket).SelectMany(bucket => CutBucket(bucket.Key, bucket.Select(each => each.Day).Order()))
            .OrderBy(piece => piece.Days[0]).ThenBy(piece => piece.Bucket),
    ];

    private static IEnumerable<BucketDays> CutBucket(int bucket, IEnumerable<DateOnly> days)
    {
        var piece = new List<DateOnly>();
        foreach (var day in days)
        {
            if (piece.Count > 0 && day.DayNumber - piece[0].DayNumber >= MaxSpanDays)
            {
                yield return new(bucket, piece);
                piece = [];
            }
            piece.Add(day);
        }
        if (piece.Count > 0) yield return new(bucket, piece);
    }
}

/// <summary>Days of one bucket that are computed together.</summary>
/// <param name="Days">Ascending, one at least.</param>
public sealed record BucketDays(int Bucket, IReadOnlyList<DateOnly> Days);

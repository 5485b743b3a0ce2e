namespace Pipeline.Transforms.Quality;

/// <summary>Part of the rows of an hour: refused ones, duplicates, those without a value.</summary>
internal readonly record struct SharePoint(DateTimeOffset Hour, double Part, double Whole);

/// <summary>Whether a share of the rows is above what it may be, or above what it usually is.</summary>
internal static class ShareRule
{
    private const int LeastRows = 30, WantedRows = 100, LeastPart = 5, PooledHours = 6, LeastHistory = 24;
    private const double LeastScore = 6, BoundScore = 3;

    /// <summary>The share when more than bound and chance allow; null otherwise.</summary>
    public static double? Above(double bound, SharePoint point)
    {
        if (point.Whole < LeastRows || point.Part < LeastPart) return null;
        var share = point.Part / point.Whole;
        return share - bound > BoundScore * Math.Sqrt(bound * (1 - bound) / point.Whole) ? share : null;
    }

    /// <summary>The hours that end with one, joined until they have rows enough; null when they never have, or that hour has
    /// none.</summary>
    public static SharePoint? Pool(IReadOnlyList<SharePoint> points, DateTimeOffset hour)
    {
        if (points.All(point => point.Hour != hour)) return null;
        var pool = new SharePoint(hour, 0, 0);
        foreach (var point in points.Where(point => point.Hour <= hour && point.Hour > hour.AddHours(-PooledHours))
            .OrderByDescending(point => point.Hour))
        {
            pool = new(point.Hour, pool.Part + point.Part, pool.Whole + point.Whole);
            if (pool.Whole >= WantedRows) break;
        }
        return pool.Whole >= LeastRows ? pool : null;
    }

    /// <summary>The share of a pool beside what is usual; null when history is too short.</summary>
    /// <param name="least">Least difference that matters.</param>
    public static ShareVerdict? Judge(IReadOnlyList<double> history, SharePoint pool, double least, int leastHistory = LeastHistory)
    {
        if (history.Count < leastHistory) return null;
        var usual = Robust.Median([.. history]);
        var share = pool.Part / pool.Whole;
        var chance = Math.Clamp(Math.Max(usual, 1 / pool.Whole), 0, 0.5);
        var spread = Robust.Spread([.. history], usual);
        var score = (share - usual) / Math.Sqrt(spread * spread + chance * (1 - chance) / pool.Whole);
        var isHigh = share - usual > Math.Max(least, usual / 2) && score > LeastScore && pool.Part >= LeastPart;
        return new(isHigh, share, usual);
    }

    /// <summary>The shares of the hours before a pool that have rows enough.</summary>
    public static IReadOnlyList<double> Before(IReadOnlyList<SharePoint> points, SharePoint pool) =>
        [.. points.Where(point => point.Hour < pool.Hour && point.Whole >= LeastRows).Select(point => point.Part / point.Whole)];
}

/// <summary>A share beside what is usual.</summary>
internal sealed record ShareVerdict(bool IsHigh, double Share, double Usual);

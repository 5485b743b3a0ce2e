namespace Pipeline.Transforms.Quality;

/// <summary>Statistics that some wild values do not move.</summary>
internal static class Robust
{
    /// <summary>Makes the median absolute deviation of normal noise its standard deviation.</summary>
    /// <remarks>https://en.wikipedia.org/wiki/Median_absolute_deviation</remarks>
    private const double OfNormal = 1.4826;

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The noise of values around their middle, as a standard deviation.</summary>
    public static double Spread(IReadOnlyCollection<double> values, double middle) =>
        OfNormal * Median([.. values.Select(value => Math.Abs(value - middle))]);
}

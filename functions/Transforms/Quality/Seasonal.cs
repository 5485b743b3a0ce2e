namespace Pipeline.Transforms.Quality;

/// <summary>What a count should be at a step of time, by its own history: that of the same hour of the week (of slices the same day of the
/// week), else of the same hour of the day, else of the steps just before.</summary>
/// <param name="counts">Counts by step: hours or days since some beginning.</param>
/// <param name="week">Steps of a week.</param>
/// <param name="fillsGaps">Whether a step without a count is one of zero, rather than one that nothing is known of.</param>
internal sealed class Seasonal(IReadOnlyDictionary<long, double> counts, int week, bool fillsGaps)
{
    private const int Weeks = 6, LeastWeeks = 3, Days = 14, LeastDays = 5;

    private readonly long first = counts.Count == 0 ? long.MaxValue : counts.Keys.Min();

    /// <summary>The count of a step; null when nothing is known of it.</summary>
    public double? At(long step) =>
        counts.TryGetValue(step, out var count) ? count : fillsGaps && step >= first ? 0 : null;

    /// <summary>What is usual at a step; null when history is too short to say.</summary>
    public Usual? Expect(long step)
    {
        var (growth, spread) = Growth(step);
        var weekly = Enumerable.Range(1, Weeks).Where(k => At(step - k * week) is not null)
            .Select(k => At(step - k * week)!.Value * Math.Pow(growth, k)).ToList();
        if (weekly.Count >= LeastWeeks && spread is { } noise)
            return new(Robust.Median(weekly), Math.Max(noise, 0.05), "the same hours of earlier weeks");
        var day = week / 7;
        var daily = Known(step, day, Days);
        if (day > 1 && daily.Count >= LeastDays)
            return new(Robust.Median(daily), Math.Max(LogSpread(daily), 0.15), "the same hours of earlier days");
        var recent = Known(step, 1, day > 1 ? day : 4 * week);
        return recent.Count >= (day > 1 ? day / 2 : week)
            ? new(Robust.Median(recent), Math.Max(LogSpread(recent), 0.15), day > 1 ? "the hours before" : "the days before") : null;
    }

    // Week on week, by the week before the step: the median of all its steps tells growth, and what they scatter by tells the noise.
    private (double Growth, double? Spread) Growth(long step)
    {
        var logs = new List<double>(week);
        for (var s = step - week; s < step; s++)
            if (At(s) is > 0 and var now && At(s - week) is > 0 and var before) logs.Add(Math.Log(now / before));
        if (logs.Count < week / 2) return (1, null);
        var middle = Robust.Median(logs);
        // Seven days say too little of growth: of slices the scatter around no growth is the noise.
        return week <= 7 ? (1, Robust.Spread(logs, 0)) : (Math.Clamp(Math.Exp(middle), 0.8, 1.25), Robust.Spread(logs, middle));
    }

    private List<double> Known(long step, int stride, int most) =>
        [.. Enumerable.Range(1, most).Select(k => At(step - k * stride)).OfType<double>()];

    private static double LogSpread(List<double> values)
    {
        var logs = values.Select(value => Math.Log(value + 0.5)).ToList();
        return Robust.Spread(logs, Robust.Median(logs));
    }
}

/// <summary>What is usual at a step.</summary>
/// <param name="Spread">Noise of the logarithm of a count, as a standard deviation.</param>
/// <param name="By">What it was learned from, for people.</param>
internal sealed record Usual(double Count, double Spread, string By)
{
    /// <summary>How far a count is from it.</summary>
    public Distance To(double seen)
    {
        var log = Math.Log((seen + 0.5) / (Count + 0.5));
        return new(log, log / Math.Sqrt(Spread * Spread + 1 / Math.Max(Count, 1)));
    }
}

/// <summary>How far a count is from what is usual.</summary>
/// <param name="Log">Logarithm of the quotient: negative below.</param>
/// <param name="Score">The same in units of the noise, that of counting included.</param>
internal readonly record struct Distance(double Log, double Score);

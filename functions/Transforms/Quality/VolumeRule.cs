namespace Pipeline.Transforms.Quality;

/// <summary>Whether a step's count is far from what is usual: by the contract's deviation, and by more than noise explains.</summary>
/// <param name="deviation">Share below what is usual that is allowed.</param>
internal sealed class VolumeRule(Seasonal series, double deviation)
{
    /// <summary>Counts that are expected below this say nothing: small numbers scatter.</summary>
    private const double LeastCount = 20;

    /// <summary>Scores that one step alone must have, and each of two that follow each other.</summary>
    private const double Alone = 6, InTurn = 4;

    private const int CatchUpSteps = 48;

    private readonly double limit = -Math.Log(1 - deviation);

    /// <summary>The verdict on a step; null when history is too short or counts are too small to say.</summary>
    public VolumeVerdict? Judge(long step)
    {
        if (Look(step) is not { } now) return null;
        var before = Look(step - 1);
        var isLow = IsLow(now, before);
        return new(isLow ? -1 : IsHigh(now, before) && !IsCatchUp(step) ? 1 : 0, now.Seen, now.Usual);
    }

    private Sight? Look(long step) =>
        series.At(step) is { } seen && series.Expect(step) is { Count: >= LeastCount } usual ? new(seen, usual, usual.To(seen)) : null;

    private bool IsLow(Sight now, Sight? before) => now.Distance.Log < -limit
        && (now.Distance.Score < -Alone
            || (now.Distance.Score < -InTurn && before?.Distance is { } last && last.Log < -limit && last.Score < -InTurn));

    private bool IsHigh(Sight now, Sight? before) => now.Distance.Log > limit
        && (now.Distance.Score > Alone
            || (now.Distance.Score > InTurn && before?.Distance is { } last && last.Log > limit && last.Score > InTurn));

    // What was held up comes at once: more than usual now, and together with the lull just before no more than usual. Between the two
    // lies at most one step that has some of both.
    private bool IsCatchUp(long step)
    {
        var (seen, expected, lulls, others) = (0.0, 0.0, 0, 0);
        for (var s = step; s > step - CatchUpSteps && Look(s) is { } sight; s--)
        {
            if (sight.Distance.Log < -limit / 2) lulls++;
            else if (sight.Distance.Log < limit / 2 && (lulls > 0 || others++ > 0)) break;
            seen += sight.Seen;
            expected += sight.Usual.Count;
        }
        return lulls > 0 && Math.Log((seen + 1) / (expected + 1)) < limit / 2;
    }

    private sealed record Sight(double Seen, Usual Usual, Distance Distance);
}

/// <summary>A verdict on a step.</summary>
/// <param name="Side">-1 too little, 1 too much, 0 as usual.</param>
internal sealed record VolumeVerdict(int Side, double Seen, Usual Usual);

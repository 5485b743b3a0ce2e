namespace Pipeline.Sources.Slices;

/// <summary>What a provider's answer means for what is done next. Each source has one table that says so, and nothing else decides.</summary>
public enum VerdictKind
{
    /// <summary>What was asked for.</summary>
    Good,

    /// <summary>Ask again a little later: 500, a race, a flaky answer.</summary>
    TryAgain,

    /// <summary>A limit is reached: nothing may be asked before some time has passed.</summary>
    Throttled,

    /// <summary>The provider is at work on it; the same question later.</summary>
    InProgress,

    /// <summary>The page is too large: ask for a smaller one.</summary>
    PageTooLarge,

    /// <summary>The question is too broad: ask for less.</summary>
    TooMuchData,

    /// <summary>What was begun is lost: begin it anew.</summary>
    BeginAnew,

    /// <summary>A token is dead or a permission is missing: nothing more until a person acts.</summary>
    Stopped,

    /// <summary>The provider does not give this out; pass over it.</summary>
    Skipped,

    /// <summary>The question is wrong and stays wrong: a person must act.</summary>
    Refused,
}

/// <summary>A verdict and why.</summary>
/// <param name="Reason">A sentence of ours with the provider's codes; never a token, never a URL with one.</param>
/// <param name="After">Throttled and in progress: how long to wait; null when the provider did not say.</param>
/// <param name="WholeApplication">It holds for every account.</param>
public sealed record Verdict(VerdictKind Kind, string Reason, TimeSpan? After = null, bool WholeApplication = false)
{
    /// <summary>A fresh access token may heal it.</summary>
    public bool AccessTokenRefused { get; init; }

    /// <summary>What was asked for.</summary>
    public static Verdict Good { get; } = new(VerdictKind.Good, "");
}

/// <summary>An answer that is not what was asked for; the step turns it into what happens next.</summary>
public sealed class ProviderException(Verdict verdict) : Exception(verdict.Reason)
{
    /// <summary>What it means.</summary>
    public Verdict Verdict => verdict;
}

using System.Text.Json;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Slices;

/// <summary>Makes steps; the one place where a verdict turns into what the orchestration does.</summary>
public static class Steps
{
    /// <summary>How long to wait where a provider throttles and names no time.</summary>
    public static TimeSpan UnnamedWait { get; } = TimeSpan.FromMinutes(1);

    /// <summary>A part is written.</summary>
    public static Step Fetched(ExtractedPart part, string? suspect = null) => new(StepKind.Fetched) { Part = part, Suspect = suspect };

    /// <summary>The provider is at work, or what it was at is begun anew.</summary>
    public static Step Waiting<T>(T state, DateTimeOffset notBefore, string reason = "") =>
        new(StepKind.Waiting) { States = [Write(state)], NotBefore = notBefore, Reason = reason };

    /// <summary>Smaller parts in place of this one.</summary>
    public static Step Cut<T>(IEnumerable<T> states, string reason) => new(StepKind.Cut) { States = [.. states.Select(Write)], Reason = reason };

    /// <summary>The question itself is refused, as after a column was dropped: there is no answer, the window's days are withheld with an
    /// alert, and what stood before stands.</summary>
    public static Step Unanswered(SliceTask task, Verdict verdict) => Fetched(new(task.Part, "", 0, 0, 0), verdict.Reason);

    /// <summary>Half the days at a time.</summary>
    public static Step Halved(string reason) => new(StepKind.Halved) { Reason = reason };

    /// <summary>What follows from a verdict that a source has no answer of its own to.</summary>
    /// <exception cref="TerminalException">The question is refused for good.</exception>
    /// <exception cref="TransientException">A later try of the whole step can succeed.</exception>
    public static Step From(Verdict verdict, SliceWindow window, DateTimeOffset now) => verdict.Kind switch
    {
        VerdictKind.Throttled => new(StepKind.Throttled)
        {
            NotBefore = now + (verdict.After ?? UnnamedWait), WholeApplication = verdict.WholeApplication, Reason = verdict.Reason,
        },
        VerdictKind.Stopped => new(StepKind.Stopped) { WholeApplication = verdict.WholeApplication, Reason = verdict.Reason },
        VerdictKind.Skipped => new(StepKind.Skipped) { Reason = verdict.Reason },
        VerdictKind.TooMuchData or VerdictKind.PageTooLarge when window.Days > 1 => Halved(verdict.Reason),
        VerdictKind.Refused or VerdictKind.TooMuchData or VerdictKind.PageTooLarge => throw new TerminalException($"{window}: {verdict.Reason}"),
        _ => throw new TransientException($"{window}: {verdict.Reason}"),
    };

    /// <summary>A state as the orchestration carries it.</summary>
    public static string Write<T>(T state) => JsonSerializer.Serialize(state);

    /// <summary>A state as it was written.</summary>
    public static T Read<T>(string state) => JsonSerializer.Deserialize<T>(state)!;
}

using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Slices;

/// <summary>Why a stream of an account is not given out, or not wholly, which a person must mend.</summary>
/// <param name="Problem">What the provider says, as a sentence; never a secret.</param>
/// <param name="Remedy">What to grant or to correct, with the setting's name.</param>
public sealed record Refusal(string Problem, string Remedy)
{
    /// <summary>A run would go on, with less than there may be.</summary>
    public bool IsPartial { get; init; }

    /// <summary>What a verdict on a rehearsal means.</summary>
    /// <returns>Null where a run would go on: the provider is at work, or wants less to be asked for at once.</returns>
    /// <exception cref="TransientException">It says nothing of what is permitted.</exception>
    public static Refusal? Of(Verdict verdict, SliceWindow window, string remedy) => verdict.Kind switch
    {
        VerdictKind.Stopped or VerdictKind.Refused or VerdictKind.Skipped => new(verdict.Reason, remedy),
        VerdictKind.Good or VerdictKind.InProgress or VerdictKind.TooMuchData or VerdictKind.PageTooLarge => null,
        _ => throw new TransientException($"{window} cannot be asked for at this moment: {verdict.Reason}"),
    };
}

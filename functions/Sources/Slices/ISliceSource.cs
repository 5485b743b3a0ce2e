using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Slices;

/// <summary>A provider whose figures are asked by account, stream and day. All of them look alike through it.</summary>
/// <remarks>
/// No method waits for a provider's pleasure: what takes time is a <see cref="Step"/> with an instant, and the orchestration sets a
/// durable timer. Transient faults (500, a dropped connection) are tried again inside a call a few times, then throw
/// <see cref="Domain.Failures.TransientException"/>; what a person must heal throws <see cref="Domain.Failures.TerminalException"/>.
/// </remarks>
public interface ISliceSource
{
    /// <summary>As settings, contracts and the ledger name it: <c>facebook</c>, <c>google_ads</c>, <c>clevertap</c>, <c>bigquery</c>, <c>relational</c>.</summary>
    string Name { get; }

    /// <summary>The accounts of the settings.</summary>
    IReadOnlyList<string> Accounts { get; }

    /// <summary>Calls of one account that may run at once.</summary>
    int AtOnce { get; }

    /// <summary>Days behind the last complete one that a daily run asks for again, because the provider restates them.</summary>
    int LookbackDays { get; }

    /// <summary>Proves that the account can be asked (token alive, account enabled), before anything is fanned out, and tells its zone.</summary>
    Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping);

    /// <summary>Windows that cover the days, for every stream of the account; as long as one call may sensibly ask for.</summary>
    IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to);

    /// <summary>Asks what the window's steps would ask, in a form that is not billed and reads next to nothing.</summary>
    /// <returns>Why the window would be refused; null when it would be answered.</returns>
    /// <exception cref="Domain.Failures.TransientException">The provider cannot be asked at this moment.</exception>
    Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping);

    /// <summary>Goes one step further with a part of an extraction: submits, polls, or fetches all pages and writes the part's object.</summary>
    Task<Step> StepAsync(SliceTask task, CancellationToken stopping);
}

/// <summary>A part of an extraction on its way.</summary>
/// <param name="Part">Counts from 0; a window that was not cut has one.</param>
/// <param name="State">What the source said at the last step, opaque to all others; null at the first.</param>
public sealed record SliceTask(Extraction Extraction, int Part, string? State);

/// <summary>What became of a step; which other values are set depends on <see cref="Kind"/>.</summary>
public sealed record Step(StepKind Kind)
{
    /// <summary>Fetched: the part that was written.</summary>
    public ExtractedPart? Part { get; init; }

    /// <summary>Fetched: why the answer must not be published; null when it is sound.</summary>
    public string? Suspect { get; init; }

    /// <summary>Waiting: what the next step needs. Cut: the state of each smaller part.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>Waiting and throttled: when to go on.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Throttled and stopped: it holds for the whole application, not for the account alone.</summary>
    public bool WholeApplication { get; init; }

    /// <summary>Why, as a sentence: throttled, stopped, skipped, cut, halved, and waiting to begin anew.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>How a step ended.</summary>
public enum StepKind
{
    /// <summary>All pages of the part are written.</summary>
    Fetched,

    /// <summary>The provider is at work; go on with the state at the instant.</summary>
    Waiting,

    /// <summary>Too much data: go on with several smaller parts of this extraction in place of this one.</summary>
    Cut,

    /// <summary>Too much data or a broken stream: extract the two halves of the window instead.</summary>
    Halved,

    /// <summary>A limit is reached: nothing of the account (or application) may be asked before the instant.</summary>
    Throttled,

    /// <summary>A token is dead or a permission is missing: nothing more is asked until a person acts.</summary>
    Stopped,

    /// <summary>The provider cannot export this; it is recorded and passed over.</summary>
    Skipped,
}

/// <summary>What a probe found.</summary>
/// <param name="Problem">Why the account cannot be asked; null when it can.</param>
/// <param name="TimeZone">IANA zone of the account's days.</param>
/// <param name="Currency">ISO 4217 code of its money; null where there is none.</param>
/// <param name="TokenExpires">When the token ends; null when it does not or nobody knows.</param>
public sealed record AccountProbe(string? Problem, string TimeZone, string? Currency, DateTimeOffset? TokenExpires);

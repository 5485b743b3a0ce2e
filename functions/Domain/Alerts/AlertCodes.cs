using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Domain.Alerts;

/// <summary>Every code that the pipeline's own parts raise alerts under, but for those of <see cref="QualityCodes"/>. A test compares it with
/// the source and with the runbook.</summary>
public static class AlertCodes
{
    /// <summary>Raised by delivery itself, about a channel.</summary>
    public const string AlertUndeliverable = "alert_undeliverable";

    /// <summary>Of <c>POST /api/alerts/test</c>; it never stands in the ledger.</summary>
    public const string Test = "alert_test";

    /// <summary>The runbook that has a section for each code, from the repository's root.</summary>
    public const string Runbook = "docs/runbooks/alerts.md";

    /// <summary>The same for codes of <see cref="QualityCodes"/>.</summary>
    public const string QualityRunbook = "docs/runbooks/quality-alerts.md";

    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<AlertCode> All { get; } =
    [
        new(Test, AlertSeverity.Warning, "Somebody tests whether alerts arrive."),
        new(AlertUndeliverable, AlertSeverity.Critical, "A channel refuses a message, or has not taken one for a day."),
        new("attribution_failed", AlertSeverity.Critical, "Days of a bucket of users could not be attributed."),
        new("empty_slice", AlertSeverity.Critical, "A provider answers nothing for a day that has rows; they are kept."),
        new("field_new", AlertSeverity.Warning, "Records have a field that their contract does not name."),
        new("file_refused", AlertSeverity.Critical, "A dropped file cannot be landed at all."),
        new("file_unread", AlertSeverity.Critical, "A dropped file could not be read three times or more."),
        new("object_unfinished", AlertSeverity.Critical, "A committed object cannot be made visible."),
        new("object_unknown", AlertSeverity.Critical, "An object lies in the lake that nobody committed."),
        new("positions_void", AlertSeverity.Critical, "The broker deleted records before they were landed."),
        new("publication_failed", AlertSeverity.Critical, "A publication was given up; its segments wait."),
        new("publication_waiting", AlertSeverity.Warning, "A publication waits for what is away, and is tried until it succeeds."),
        new("queue_stopped", AlertSeverity.Critical, "A queue cannot be drained."),
        new("shard_stopped", AlertSeverity.Critical, "Nothing lands on a shard any more: its topic was recreated or truncated."),
        new("slice_suspect", AlertSeverity.Critical, "A provider's answer contradicts itself and is withheld."),
        new("slice_withheld", AlertSeverity.Critical, "Days of a provider are withheld, because too many of their rows are refused."),
        new("source_stopped", AlertSeverity.Critical, "A provider or an account refuses to be asked, until a person corrects it."),
    ];

    /// <summary>Where a runbook tells of a code, from the repository's root.</summary>
    public static string RunbookOf(string code) => $"{(QualityCodes.All.ContainsKey(code) ? QualityRunbook : Runbook)}#{code}";
}

/// <summary>One code.</summary>
/// <param name="Severity">What it is raised as.</param>
/// <param name="Meaning">One sentence.</param>
public sealed record AlertCode(string Code, AlertSeverity Severity, string Meaning);

namespace Pipeline.Sinks.Alerting;

/// <summary>What a channel is told at once: one event of some alerts.</summary>
/// <param name="Key">The same at every try: by it a receiver knows that it has the message already.</param>
/// <param name="Event">What happened to the alerts.</param>
/// <param name="At">When the message was formed.</param>
/// <param name="Alerts">Critical ones first, then the oldest; all of them, however many a channel writes out.</param>
public sealed record AlertMessage(Guid Key, AlertEvent Event, DateTimeOffset At, IReadOnlyList<ToldAlert> Alerts);

/// <summary>What happened to an alert.</summary>
public enum AlertEvent
{
    /// <summary>It is new.</summary>
    Raised,

    /// <summary>It became critical.</summary>
    Escalated,

    /// <summary>It is still open.</summary>
    Repeated,

    /// <summary>It ended.</summary>
    Resolved,
}

/// <summary>An alert as channels tell of it.</summary>
/// <param name="Thread">The same for an alert and what it became when it was re-opened within moments.</param>
/// <param name="Severity"><c>warning</c> or <c>critical</c>.</param>
/// <param name="Dataset">Empty for the installation as a whole.</param>
public sealed record ToldAlert(
    long Id, Guid Thread, string Severity, string Dataset, string Code, string Subject, string Text, DateTimeOffset? Since,
    string? Expected, string? Seen, string? Query, long Occurrences, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt,
    string? ResolvedReason);

/// <summary>What became of a try to tell a channel.</summary>
/// <param name="IsDelivered">The receiver has it.</param>
/// <param name="Error">What went wrong, without anything secret; null when all is well.</param>
/// <param name="RetryAfter">How long the receiver wants to be left alone; null when it does not say.</param>
/// <param name="Refused">The receiver understood, and does not want it: a person must look at the channel.</param>
public sealed record SendOutcome(bool IsDelivered, string? Error, TimeSpan? RetryAfter = null, bool Refused = false)
{
    /// <summary>The receiver has it.</summary>
    public static SendOutcome Delivered { get; } = new(true, null);

    /// <summary>It does not have it, or may not; it is tried again.</summary>
    public static SendOutcome Failed(string error, TimeSpan? retryAfter = null) => new(false, error, retryAfter);

    /// <summary>It does not want it.</summary>
    public static SendOutcome RefusedBy(string error) => new(false, error, Refused: true);
}

/// <summary>A receiver of alerts.</summary>
public interface IAlertChannel
{
    /// <summary>How many alerts one message to it holds at most; the others go into further messages.</summary>
    int AlertsPerMessage { get; }

    /// <summary>Tells it; a message it has already had is told again under the same key.</summary>
    /// <returns>What became of it. Only <paramref name="stopping"/> makes it throw.</returns>
    Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping);

    /// <summary>Goes the way to it, as far as nobody is told anything.</summary>
    /// <returns>What is in the way, as a sentence; null when nothing is. Only <paramref name="stopping"/> makes it throw.</returns>
    Task<string?> ReachAsync(CancellationToken stopping);
}

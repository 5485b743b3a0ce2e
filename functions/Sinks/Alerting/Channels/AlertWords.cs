using System.Globalization;
using Pipeline.Domain.Alerts;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>How alerts read, whatever the channel.</summary>
internal static class AlertWords
{
    /// <summary>What happened, as a word that programs compare.</summary>
    public static string Text(this AlertEvent happened) => happened.ToString().ToLowerInvariant();

    /// <summary>An alert in one line: <c>Critical: shard_stopped of user_actions (user-actions-3)</c>.</summary>
    public static string Title(AlertEvent happened, ToldAlert alert)
    {
        var severity = alert.Severity == "critical" ? "Critical" : "Warning";
        var what = $"{alert.Code}{(alert.Dataset.Length == 0 ? "" : $" of {alert.Dataset}")} ({alert.Subject})";
        return happened switch
        {
            AlertEvent.Resolved => $"Resolved: {what}",
            AlertEvent.Escalated => $"Now critical: {what}",
            AlertEvent.Repeated => $"Still open, {severity.ToLowerInvariant()}: {what}",
            _ => $"{severity}: {what}",
        };
    }

    /// <summary>A message in one line.</summary>
    public static string Title(AlertMessage message)
    {
        if (message.Alerts is [var only]) return Title(message.Event, only);
        var critical = message.Alerts.Count(alert => alert.Severity == "critical");
        var count = string.Create(CultureInfo.InvariantCulture, $"{message.Alerts.Count} alerts");
        return message.Event switch
        {
            AlertEvent.Resolved => $"Resolved: {count}",
            AlertEvent.Escalated => $"Now critical: {count}",
            AlertEvent.Repeated => $"Still open: {count}, {critical} of them critical",
            _ => $"{count}, {critical} of them critical",
        };
    }

    /// <summary>What tells more than the title and the text, as names and values.</summary>
    public static IEnumerable<(string Name, string Value)> Details(AlertEvent happened, ToldAlert alert)
    {
        if (alert.Since is { } since) yield return ("Since", Instant(since));
        if (alert.Expected is { } expected) yield return ("Expected", expected);
        if (alert.Seen is { } seen) yield return ("Seen", seen);
        if (alert.Query is { } query) yield return ("Look", query);
        yield return ("Raised", $"{Instant(alert.RaisedAt)}{(alert.Occurrences == 1 ? "" : $", seen {alert.Occurrences} times")}");
        if (happened == AlertEvent.Resolved && alert.ResolvedAt is { } resolved) yield return ("Resolved", Instant(resolved));
        if (happened == AlertEvent.Resolved && alert.ResolvedReason is { } reason) yield return ("By hand", reason);
        yield return ("Runbook", AlertCodes.RunbookOf(alert.Code));
        yield return ("Alert", alert.Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The alerts that a message does not write out, counted by code; null when there are none.</summary>
    public static string? Rest(AlertMessage message, int written)
    {
        var rest = message.Alerts.Skip(written).GroupBy(alert => alert.Code)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).ToList();
        return rest.Count == 0 ? null
            : $"And {message.Alerts.Count - written} more: {string.Join(", ", rest.Select(group => $"{group.Count()} x {group.Key}"))}. "
                + "GET /api/alerts and 'pipeline alerts' list them all.";
    }

    /// <summary>A text of at most so many characters; what is cut shows.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : $"{text[..(length - (char.IsHighSurrogate(text[length - 2]) ? 2 : 1))]}…";

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

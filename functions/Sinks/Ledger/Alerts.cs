using Npgsql;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger;

/// <summary>Alerts in the ledger's table: one open row a finding, counted when it is seen again.</summary>
public sealed class Alerts(NpgsqlDataSource source, TimeProvider time) : IAlerts
{
    /// <inheritdoc/>
    public Task RaiseAsync(Alert alert, CancellationToken stopping) =>
        source.TransactAsync($"the alert {alert.Code}", connection => RaiseAsync(connection, alert, time.GetUtcNow(), stopping), stopping);

    /// <inheritdoc/>
    public Task ResolveAsync(string dataset, string code, string subject, CancellationToken stopping) =>
        source.TransactAsync($"resolving {code}", connection => ResolveAsync(connection, dataset, code, subject, time.GetUtcNow(), stopping), stopping);

    /// <summary>Raises within the caller's transaction: the alert stands if, and only if, what it tells of does.</summary>
    internal static Task<int> RaiseAsync(NpgsqlConnection connection, Alert alert, DateTimeOffset now, CancellationToken stopping) => connection.Command(
        """
        INSERT INTO pipeline.alert AS open (severity, dataset, code, subject, text, raised_at, last_seen_at, since, expected, seen, query,
            found_since)
        VALUES ($1, $2, $3, $4, $5, $6, $6, coalesce($7, $6), $8, $9, $10, $7)
        ON CONFLICT (dataset, code, subject) WHERE resolved_at IS NULL DO UPDATE SET
            occurrences = open.occurrences + 1, last_seen_at = excluded.last_seen_at, text = excluded.text, severity = excluded.severity,
            since = coalesce(open.since, excluded.since), expected = excluded.expected, seen = excluded.seen, query = excluded.query,
            found_since = excluded.found_since
        """,
        alert.Severity == AlertSeverity.Critical ? "critical" : "warning", alert.Dataset, alert.Code, alert.Subject, alert.Text, now,
        alert.Since, alert.Expected, alert.Seen, alert.Query).ExecuteAsync(stopping);

    /// <summary>Resolves an open alert within the caller's transaction.</summary>
    internal static Task<int> ResolveAsync(
        NpgsqlConnection connection, string dataset, string code, string subject, DateTimeOffset now, CancellationToken stopping) =>
        connection.Command(
            "UPDATE pipeline.alert SET resolved_at = $4 WHERE dataset = $1 AND code = $2 AND subject = $3 AND resolved_at IS NULL",
            dataset, code, subject, now).ExecuteAsync(stopping);

    /// <summary>Resolves open alerts of a dataset's code within the caller's transaction.</summary>
    internal static Task<int> ResolveAsync(
        NpgsqlConnection connection, string dataset, string code, string[] subjects, DateTimeOffset now, CancellationToken stopping) =>
        connection.Command(
            "UPDATE pipeline.alert SET resolved_at = $4 WHERE dataset = $1 AND code = $2 AND subject = ANY($3) AND resolved_at IS NULL",
            dataset, code, subjects, now).ExecuteAsync(stopping);

    /// <summary>Resolves the open alert that has the same dataset, code and subject.</summary>
    internal static Task<int> ResolveAsync(
        NpgsqlConnection connection, Alert alert, DateTimeOffset now, CancellationToken stopping) =>
        ResolveAsync(connection, alert.Dataset, alert.Code, alert.Subject, now, stopping);
}

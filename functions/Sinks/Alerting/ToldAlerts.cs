using Npgsql;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Alerting;

/// <summary>Reads alerts as channels tell of them.</summary>
internal static class ToldAlerts
{
    /// <summary>The alerts of a message, critical ones first, then the oldest.</summary>
    public static Task<List<ToldAlert>> OfMessageAsync(NpgsqlConnection connection, long message, CancellationToken stopping) =>
        connection.Command(
        """
        SELECT a.id, d.thread, a.severity, a.dataset, a.code, a.subject, a.text, a.since, a.expected, a.seen, a.query, a.occurrences,
            a.raised_at, a.resolved_at, a.resolved_reason
        FROM pipeline.alert_delivery AS d JOIN pipeline.alert AS a ON a.id = d.alert_id WHERE d.message_id = $1
        ORDER BY a.severity, a.id
        """, message).ListAsync(row => new ToldAlert(
            row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
            row.Nullable<DateTimeOffset>(7), row.Text(8), row.Text(9), row.Text(10), row.GetInt64(11),
            row.GetFieldValue<DateTimeOffset>(12), row.Nullable<DateTimeOffset>(13), row.Text(14)), stopping);
}

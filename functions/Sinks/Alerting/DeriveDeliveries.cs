using Npgsql;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Alerting;

/// <summary>Decides what each channel is to be told, from what happened to the alerts since it last looked.</summary>
/// <remarks>An alert that a transaction holds is passed over and found by the next run: neither waits for the other.</remarks>
internal sealed class DeriveDeliveries(AlertRoutes routes, AlertOptions options)
{
    /// <summary>Of an alert: something happened that nothing was made of. The index <c>alert_untold</c> has the same words.</summary>
    public const string HasChanged =
        "(told_severity IS NULL OR (severity = 'critical' AND told_severity = 'warning') "
        + "OR (resolved_at IS NOT NULL AND NOT told_resolved))";

    private const int MaxAlerts = 200;   // of one transaction

    // What ended so long ago, and before anybody was ever told anything, is what a first set-up of channels finds: of no use to anybody.
    private static readonly TimeSpan TooLate = TimeSpan.FromDays(1);

    /// <summary>Looks at some alerts, within the caller's transaction.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> RunAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken stopping)
    {
        var changed = await connection.Command(
            $"""
            SELECT {ChangedAlert.Columns} FROM pipeline.alert WHERE {HasChanged}
            ORDER BY id LIMIT {MaxAlerts} FOR UPDATE SKIP LOCKED
            """).ListAsync(ChangedAlert.Read, stopping);
        var beginning = await BeginningAsync(connection, now - TooLate, stopping);
        foreach (var alert in changed) await TellAsync(connection, alert, now, beginning, stopping);

        var silent = await connection.Command(
            $"""
            SELECT {ChangedAlert.Columns} FROM pipeline.alert
            WHERE resolved_at IS NULL AND told_severity IS NOT NULL AND told_at <= $1
            ORDER BY told_at LIMIT {MaxAlerts} FOR UPDATE SKIP LOCKED
            """, now - options.RepeatAfter).ListAsync(ChangedAlert.Read, stopping);
        foreach (var alert in silent) await RepeatAsync(connection, alert, now, stopping);
        return changed.Count == MaxAlerts || silent.Count == MaxAlerts;
    }

    // The instant before which what ended is not told: the earlier of the given one and the first message's.
    private static async Task<DateTimeOffset> BeginningAsync(
        NpgsqlConnection connection, DateTimeOffset tooLate, CancellationToken stopping) =>
        (await connection.Command("SELECT least((SELECT formed_at FROM pipeline.alert_message ORDER BY id LIMIT 1), $1)", tooLate)
            .ListAsync(row => row.GetFieldValue<DateTimeOffset>(0), stopping))[0];

    private async Task TellAsync(
        NpgsqlConnection connection, ChangedAlert alert, DateTimeOffset now, DateTimeOffset beginning, CancellationToken stopping)
    {
        var told = alert;
        if (alert.ToldSeverity is null && alert.ResolvedAt < beginning)
        {
            await MarkAsync(connection, alert with { ToldSeverity = alert.Severity, ToldAt = now, ToldResolved = true }, stopping);
            return;
        }
        IEnumerable<string> raised = [];
        if (told.ToldSeverity is null) (told, raised) = await RaiseAsync(connection, told, now, stopping);
        if (told is { Severity: "critical", ToldSeverity: "warning" })
        {
            // Whoever is told only now that it is raised is told that it is critical.
            await InsertAsync(connection, told, "escalated", 0, now, ChannelsOf(told).Except(raised), stopping);
            told = told with { ToldSeverity = told.Severity, ToldAt = now };
        }
        if (told is { ResolvedAt: { } resolved, ToldResolved: false })
        {
            var channels = await ToldAsync(connection, told, stopping);
            await InsertAsync(connection, told, "resolved", 0, resolved + options.ResolveWait, channels, stopping);
            told = told with { ToldResolved = true };
        }
        await MarkAsync(connection, told, stopping);
    }

    // Channels that were not told yet that the alert before had ended are not told that it began again either.
    private async Task<(ChangedAlert Told, IEnumerable<string> Channels)> RaiseAsync(
        NpgsqlConnection connection, ChangedAlert alert, DateTimeOffset now, CancellationToken stopping)
    {
        if (await BeforeAsync(connection, alert, stopping) is not { } before)
        {
            var first = alert with { Thread = Guid.NewGuid(), ToldSeverity = alert.Severity, ToldAt = now };
            await InsertAsync(connection, first, "raised", 0, alert.RaisedAt + options.GroupWait, ChannelsOf(first), stopping);
            return (first, ChannelsOf(first));
        }
        var damped = await connection.Command(
            """
            UPDATE pipeline.alert_delivery SET damped = true
            WHERE alert_id = $1 AND event = 'resolved' AND message_id IS NULL AND NOT damped RETURNING channel
            """, before.Id).ListAsync(row => row.GetString(0), stopping);
        var severity = damped.Count > 0 ? before.ToldSeverity : alert.Severity;
        var going = alert with { Thread = before.Thread, ToldSeverity = severity, ToldAt = now };
        await InsertAsync(connection, going, "raised", 0, now, damped, stopping, damped: true);
        var others = ChannelsOf(going).Except(damped).ToList();
        await InsertAsync(connection, going, "raised", 0, alert.RaisedAt + options.GroupWait, others, stopping);
        return (going, others);
    }

    private async Task RepeatAsync(NpgsqlConnection connection, ChangedAlert alert, DateTimeOffset now, CancellationToken stopping)
    {
        // A channel that has not even taken the last message is not told more of the same.
        var behind = await connection.Command(
            """
            SELECT DISTINCT d.channel FROM pipeline.alert_delivery AS d LEFT JOIN pipeline.alert_message AS m ON m.id = d.message_id
            WHERE d.thread = $1 AND NOT d.damped AND coalesce(m.state, 'waiting') = 'waiting'
            """, alert.Thread).ListAsync(row => row.GetString(0), stopping);
        var number = (await connection.Command(
            "SELECT coalesce(max(number), 0) + 1 FROM pipeline.alert_delivery WHERE alert_id = $1 AND event = 'repeated'", alert.Id)
            .ListAsync(row => row.GetInt32(0), stopping))[0];
        await InsertAsync(connection, alert, "repeated", number, now, ChannelsOf(alert).Except(behind), stopping);
        await MarkAsync(connection, alert with { ToldAt = now }, stopping);
    }

    private async Task<ChangedAlert?> BeforeAsync(NpgsqlConnection connection, ChangedAlert alert, CancellationToken stopping)
    {
        var before = await connection.Command(
            $"""
            SELECT {ChangedAlert.Columns} FROM pipeline.alert
            WHERE dataset = $1 AND code = $2 AND subject = $3 AND id < $4 ORDER BY id DESC LIMIT 1
            """, alert.Dataset, alert.Code, alert.Subject, alert.Id).ListAsync(ChangedAlert.Read, stopping);
        return before is [{ Thread: not null, ResolvedAt: { } ended } last] && ended >= alert.RaisedAt - options.ResolveWait ? last : null;
    }

    private IReadOnlyList<string> ChannelsOf(ChangedAlert alert) => routes.Of(alert.Severity, alert.Dataset, alert.Code, alert.Subject);

    private static Task<List<string>> ToldAsync(NpgsqlConnection connection, ChangedAlert alert, CancellationToken stopping) =>
        connection.Command("SELECT DISTINCT channel FROM pipeline.alert_delivery WHERE alert_id = $1", alert.Id)
            .ListAsync(row => row.GetString(0), stopping);

    private static Task InsertAsync(
        NpgsqlConnection connection, ChangedAlert alert, string happened, int number, DateTimeOffset due, IEnumerable<string> channels,
        CancellationToken stopping, bool damped = false) => connection.Command(
        """
        INSERT INTO pipeline.alert_delivery (alert_id, thread, channel, event, number, due_at, damped)
        SELECT $1, $2, channel, $3, $4, $5, $6 FROM unnest($7::text[]) AS channel ON CONFLICT DO NOTHING
        """, alert.Id, alert.Thread, happened, number, due, damped, channels.ToArray()).ExecuteAsync(stopping);

    private static Task MarkAsync(NpgsqlConnection connection, ChangedAlert alert, CancellationToken stopping) => connection.Command(
        "UPDATE pipeline.alert SET thread = $2, told_severity = $3, told_at = $4, told_resolved = $5 WHERE id = $1",
        alert.Id, alert.Thread, alert.ToldSeverity, alert.ToldAt, alert.ToldResolved).ExecuteAsync(stopping);
}

/// <summary>An alert, and what was made of it so far.</summary>
internal sealed record ChangedAlert(
    long Id, string Severity, string Dataset, string Code, string Subject, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt,
    Guid? Thread, string? ToldSeverity, DateTimeOffset? ToldAt, bool ToldResolved)
{
    public const string Columns =
        "id, severity, dataset, code, subject, raised_at, resolved_at, thread, told_severity, told_at, told_resolved";

    public static ChangedAlert Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
        row.Nullable<DateTimeOffset>(6), row.Nullable<Guid>(7), row.Text(8), row.Nullable<DateTimeOffset>(9), row.GetBoolean(10));
}

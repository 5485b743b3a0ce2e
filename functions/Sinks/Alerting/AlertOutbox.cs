using Npgsql;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Alerting;

/// <summary>The messages that wait to be sent, in the ledger.</summary>
/// <remarks>
/// A message is leased for one try: who dies during it leaves it to the next. It is tried until its channel has it; that of a channel
/// which this instance's settings do not have waits for one that knows it.
/// </remarks>
internal sealed class AlertOutbox(
    NpgsqlDataSource ledger, AlertRoutes routes, AlertChannels channels, AlertOptions options, TimeProvider time)
{
    // Of the two-key form, whose keys nothing else takes: 'aler', 1.
    private const string OneAtATime = "SELECT pg_try_advisory_xact_lock(1634493810, 1)";

    private const string What = "the outbox of alerts";

    // When a message has waited for so long, the other channels are told, and it is tried less often.
    private static readonly TimeSpan AwayAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPauseAway = TimeSpan.FromHours(1);

    private string[] Known => [.. channels.Names];

    // Longer than a try may take, so that a lease never ends before its try.
    private TimeSpan Lease => options.Timeout * 2;

    /// <summary>Whether there is anything to do: the one question of a run that finds nothing.</summary>
    public async Task<bool> HasWorkAsync(CancellationToken stopping) => (await ledger.ReadAsync(What, connection => connection.Command(
        $"""
        SELECT EXISTS (SELECT FROM pipeline.alert
                WHERE {DeriveDeliveries.HasChanged})
            OR EXISTS (SELECT FROM pipeline.alert WHERE resolved_at IS NULL AND told_severity IS NOT NULL AND told_at <= $1)
            OR EXISTS (SELECT FROM pipeline.alert_delivery WHERE message_id IS NULL AND NOT damped AND channel = ANY($3) AND due_at <= $2)
            OR EXISTS (SELECT FROM pipeline.alert_message WHERE state = 'waiting' AND channel = ANY($3) AND next_try_at <= $2)
        """, time.GetUtcNow() - options.RepeatAfter, time.GetUtcNow(), Known).ListAsync(row => row.GetBoolean(0), stopping), stopping))[0];

    /// <summary>Turns what happened to alerts into messages. Two at once would part groups, so the second leaves it to the first.</summary>
    public async Task FillAsync(CancellationToken stopping)
    {
        var derive = new DeriveDeliveries(routes, options);
        var form = new FormMessages(channels);
        while (await AloneAsync((connection, now) => derive.RunAsync(connection, now, stopping), stopping)) continue;
        while (await AloneAsync((connection, now) => form.RunAsync(connection, now, stopping), stopping)) continue;
    }

    /// <summary>The channels that have messages due.</summary>
    public async Task<IReadOnlyList<string>> DueAsync(CancellationToken stopping) => await ledger.ReadAsync(
        What, connection => connection.Command(
            """
            SELECT DISTINCT channel FROM pipeline.alert_message WHERE state = 'waiting' AND channel = ANY($1) AND next_try_at <= $2
            """, Known, time.GetUtcNow()).ListAsync(row => row.GetString(0), stopping), stopping);

    /// <summary>Leases the next message of a channel for one try; null when none is due.</summary>
    public Task<LeasedMessage?> LeaseAsync(string channel, CancellationToken stopping) => ledger.TransactAsync(What, async connection =>
    {
        var leased = await connection.Command(
            """
            UPDATE pipeline.alert_message SET tries = tries + 1, next_try_at = $3 WHERE id = (
                SELECT id FROM pipeline.alert_message WHERE state = 'waiting' AND channel = $1 AND next_try_at <= $2
                ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, tries, key, event, formed_at
            """, channel, time.GetUtcNow(), time.GetUtcNow() + Lease).ListAsync(row => (
                Id: row.GetInt64(0), Try: row.GetInt32(1), Key: row.GetGuid(2),
                Event: Enum.Parse<AlertEvent>(row.GetString(3), ignoreCase: true), At: row.GetFieldValue<DateTimeOffset>(4)), stopping);
        if (leased is not [var message]) return null;
        var alerts = await ToldAlerts.OfMessageAsync(connection, message.Id, stopping);
        return new LeasedMessage(message.Id, channel, message.Try, new(message.Key, message.Event, message.At, alerts));
    }, stopping);

    /// <summary>A channel that takes messages again gets all that wait, however far their next try was put off.</summary>
    /// <remarks>What is due within a lease comes by itself: it may be under way elsewhere.</remarks>
    public Task WakeAsync(string channel, CancellationToken stopping) => ledger.ReadAsync(What, connection => connection.Command(
        "UPDATE pipeline.alert_message SET next_try_at = $2 WHERE state = 'waiting' AND channel = $1 AND next_try_at > $3",
        channel, time.GetUtcNow(), time.GetUtcNow() + Lease).ExecuteAsync(stopping), stopping);

    /// <summary>Notes that a message has arrived; when it was the last that had failed, its channel's trouble is over.</summary>
    public Task DeliveredAsync(LeasedMessage leased, SendOutcome outcome, CancellationToken stopping) => ledger.TransactAsync(
        What, async connection =>
        {
            var now = time.GetUtcNow();
            await connection.Command(
                "UPDATE pipeline.alert_message SET state = 'delivered', ended_at = $2, last_error = $3 WHERE id = $1 AND state = 'waiting'",
                leased.Id, now, outcome.Error).ExecuteAsync(stopping);
            var behind = await connection.Command(
                "SELECT id FROM pipeline.alert_message WHERE state = 'waiting' AND channel = $1 AND last_error IS NOT NULL LIMIT 1",
                leased.Channel).ListAsync(row => row.GetInt64(0), stopping);
            return behind.Count > 0 ? 0
                : await Ledger.Alerts.ResolveAsync(connection, "", AlertCodes.AlertUndeliverable, leased.Channel, now, stopping);
        }, stopping);

    /// <summary>Notes a try that failed: the next comes later.</summary>
    /// <remarks>That a message has waited for a day is an alert itself, and so is a refusal.</remarks>
    public Task FailedAsync(LeasedMessage leased, SendOutcome outcome, CancellationToken stopping) => ledger.TransactAsync(
        What, async connection =>
        {
            var now = time.GetUtcNow();
            var isAway = now - leased.Message.At >= AwayAfter;
            var pause = Pause(leased.Try, isAway ? LongestPauseAway : LongestPause);
            var next = now + (outcome.RetryAfter > pause ? outcome.RetryAfter.Value : pause);
            var marked = await connection.Command(
                """
                UPDATE pipeline.alert_message SET last_error = $3, next_try_at = $4 WHERE id = $1 AND tries = $2 AND state = 'waiting'
                """, leased.Id, leased.Try, outcome.Error, next).ExecuteAsync(stopping);
            if (outcome.RetryAfter is not null)
                await connection.Command(
                    "UPDATE pipeline.alert_message SET next_try_at = $2 WHERE state = 'waiting' AND channel = $1 AND next_try_at < $2",
                    leased.Channel, next).ExecuteAsync(stopping);
            if (marked > 0 && (isAway || outcome.Refused))
                await Ledger.Alerts.RaiseAsync(connection, Undeliverable(leased, outcome), now, stopping);
            return marked;
        }, stopping);

    private static Alert Undeliverable(LeasedMessage leased, SendOutcome outcome) => new(
        AlertSeverity.Critical, "", AlertCodes.AlertUndeliverable, leased.Channel,
        $"Channel {leased.Channel} {(outcome.Refused ? "does not want a message" : "has not taken a message for a day")}: {outcome.Error} "
        + $"It tells of {leased.Message.Alerts.Count} alert(s), such as number {leased.Message.Alerts[0].Id} in GET /api/alerts. "
        + "It waits and is tried again. Correct the channel's settings, then POST /api/alerts/test.")
    {
        Since = leased.Message.At, Expected = "a channel that takes what it is told", Seen = outcome.Error!,
        Query = AlertQueries.Messages(leased.Channel),
    };

    // Half of each pause is left to chance, so that instances and messages that failed together are not tried together.
    private static TimeSpan Pause(int tries, TimeSpan longest)
    {
        var full = FirstPause * Math.Pow(2, Math.Min(tries - 1, 16));
        return (full < longest ? full : longest) * (0.5 + Random.Shared.NextDouble() / 2);
    }

    private Task<bool> AloneAsync(Func<NpgsqlConnection, DateTimeOffset, Task<bool>> work, CancellationToken stopping) =>
        ledger.TransactAsync(What, async connection =>
        {
            var alone = (await connection.Command(OneAtATime).ListAsync(row => row.GetBoolean(0), stopping))[0];
            return alone && await work(connection, time.GetUtcNow());
        }, stopping);
}

/// <summary>A message that is this instance's to try, until its lease ends.</summary>
/// <param name="Try">Which try it is, from 1.</param>
internal sealed record LeasedMessage(long Id, string Channel, int Try, AlertMessage Message);

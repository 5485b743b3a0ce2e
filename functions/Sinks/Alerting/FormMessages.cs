using Npgsql;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Alerting;

/// <summary>Gathers what is due for a channel into messages. A channel hears of one incident in the order in which it happened.</summary>
internal sealed class FormMessages(AlertChannels channels)
{
    private const int MaxDeliveries = 1000;   // of one transaction, and so of one message

    /// <summary>Forms what can be formed now, within the caller's transaction.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> RunAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken stopping)
    {
        // What people must know takes along what came since, due or not; that something ended waits out its time, for it may begin again.
        var ready = await connection.Command(
            $"""
            SELECT id, channel, event FROM pipeline.alert_delivery AS told
            WHERE channel = ANY($2) AND message_id IS NULL AND NOT damped AND (due_at <= $1 OR event <> 'resolved' AND EXISTS (
                SELECT FROM pipeline.alert_delivery AS first
                WHERE first.message_id IS NULL AND NOT first.damped AND first.due_at <= $1
                AND first.channel = told.channel AND first.event = told.event))
            AND NOT EXISTS (
                SELECT FROM pipeline.alert_delivery AS before LEFT JOIN pipeline.alert_message AS m ON m.id = before.message_id
                WHERE before.thread = told.thread AND before.channel = told.channel AND before.id < told.id AND NOT before.damped
                AND coalesce(m.state, 'waiting') = 'waiting')
            ORDER BY id LIMIT {MaxDeliveries} FOR UPDATE OF told SKIP LOCKED
            """, now, channels.Names.ToArray())
            .ListAsync(row => (Id: row.GetInt64(0), Channel: row.GetString(1), Event: row.GetString(2)), stopping);
        foreach (var group in ready.GroupBy(each => (each.Channel, each.Event)))
        {
            var size = channels.Find(group.Key.Channel)!.AlertsPerMessage;
            await FormAsync(connection, group.Key.Channel, group.Key.Event, [.. group.Select(each => each.Id).Chunk(size)], now, stopping);
        }
        return ready.Count == MaxDeliveries;
    }

    private static async Task FormAsync(
        NpgsqlConnection connection, string channel, string happened, IReadOnlyList<long[]> groups, DateTimeOffset now,
        CancellationToken stopping)
    {
        var messages = await connection.Command(
            """
            INSERT INTO pipeline.alert_message (channel, event, formed_at, next_try_at)
            SELECT $1, $2, $3, $3 FROM generate_series(1, $4) RETURNING id
            """, channel, happened, now, groups.Count).ListAsync(row => row.GetInt64(0), stopping);
        await connection.Command(
            """
            UPDATE pipeline.alert_delivery AS d SET message_id = formed.message
            FROM unnest($1::bigint[], $2::bigint[]) AS formed (delivery, message) WHERE d.id = formed.delivery
            """,
            groups.SelectMany(group => group).ToArray(),
            groups.SelectMany((group, i) => Enumerable.Repeat(messages[i], group.Length)).ToArray()).ExecuteAsync(stopping);
    }
}

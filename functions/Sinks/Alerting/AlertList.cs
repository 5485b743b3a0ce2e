using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Pipeline.Domain.Alerts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Alerting;

/// <summary>Reads alerts and what was told of them, and ends them by hand.</summary>
public sealed class AlertList(NpgsqlDataSource ledger, TimeProvider time)
{
    private const int DeliveriesShown = 20;   // of one alert, the newest

    /// <summary>Alerts, the newest first.</summary>
    /// <param name="open">Only open ones, or only resolved ones; null: all.</param>
    /// <param name="dataset">Only of this dataset; null: of all. Empty: of the installation as a whole.</param>
    /// <param name="before">Only alerts with a smaller id; null: from the newest on.</param>
    public async Task<IReadOnlyList<AlertStatus>> ReadAsync(
        bool? open, string? dataset, int limit, long? before, CancellationToken stopping)
    {
        var filters = new[]
        {
            "a.id < $1", dataset is null ? null : "a.dataset = $3",
            open switch { true => "a.resolved_at IS NULL", false => "a.resolved_at IS NOT NULL", null => null },
        };
        object[] values = dataset is null ? [before ?? long.MaxValue, limit] : [before ?? long.MaxValue, limit, dataset];
        return await ReadAsync(string.Join(" AND ", filters.OfType<string>()), values, stopping);
    }

    /// <summary>One alert; null when there is none of this id.</summary>
    public async Task<AlertStatus?> FindAsync(long id, CancellationToken stopping) =>
        await ReadAsync("a.id = $1", [id, 1], stopping) is [var found] ? found : null;

    /// <summary>Ends an open alert by hand; who and why stays with it.</summary>
    /// <returns>False when it is not open.</returns>
    public async Task<bool> ResolveAsync(long id, string actor, string reason, CancellationToken stopping) =>
        await ledger.TransactAsync($"resolving alert {id}", connection => connection.Command(
            "UPDATE pipeline.alert SET resolved_at = $2, resolved_by = $3, resolved_reason = $4 WHERE id = $1 AND resolved_at IS NULL",
            id, time.GetUtcNow(), actor, reason).ExecuteAsync(stopping), stopping) > 0;

    private async Task<IReadOnlyList<AlertStatus>> ReadAsync(string where, object[] values, CancellationToken stopping) =>
        await ledger.ReadAsync("reading alerts", connection => connection.Command(
            $"""
            SELECT a.id, a.severity, a.dataset, a.code, a.subject, a.text, a.since, a.expected, a.seen, a.query, a.occurrences, a.raised_at,
                a.last_seen_at, a.resolved_at, a.resolved_by, a.resolved_reason, coalesce(told.deliveries, '[]')::text
            FROM pipeline.alert AS a LEFT JOIN LATERAL (
                SELECT json_agg(json_build_object(
                    'channel', channel, 'event', event, 'state', state, 'tries', tries, 'last_error', last_error,
                    'delivered_at', delivered_at)
                    ORDER BY id) AS deliveries
                FROM (SELECT d.id, d.channel, d.event, CASE WHEN d.damped THEN 'damped' ELSE coalesce(m.state, 'waiting') END AS state,
                        coalesce(m.tries, 0) AS tries, m.last_error, CASE m.state WHEN 'delivered' THEN m.ended_at END AS delivered_at
                    FROM pipeline.alert_delivery AS d LEFT JOIN pipeline.alert_message AS m ON m.id = d.message_id
                    WHERE d.alert_id = a.id ORDER BY d.id DESC LIMIT {DeliveriesShown}) AS newest) AS told ON true
            WHERE {where} ORDER BY a.id DESC LIMIT $2
            """, values).ListAsync(Read, stopping), stopping);

    private static AlertStatus Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Severity = row.GetString(1),
        Dataset = row.GetString(2),
        Code = row.GetString(3),
        Subject = row.GetString(4),
        Text = row.GetString(5),
        Since = row.Nullable<DateTimeOffset>(6),
        Expected = row.Text(7),
        Seen = row.Text(8),
        Query = row.Text(9),
        Occurrences = row.GetInt64(10),
        RaisedAt = row.GetFieldValue<DateTimeOffset>(11),
        LastSeenAt = row.GetFieldValue<DateTimeOffset>(12),
        ResolvedAt = row.Nullable<DateTimeOffset>(13),
        ResolvedBy = row.Text(14),
        ResolvedReason = row.Text(15),
        Runbook = AlertCodes.RunbookOf(row.GetString(3)),
        Deliveries = JsonSerializer.Deserialize<IReadOnlyList<DeliveryStatus>>(row.GetString(16))!,
    };
}

/// <summary>An alert, as <c>/api/alerts</c> answers it.</summary>
public sealed record AlertStatus
{
    [JsonPropertyName("id")] public required long Id { get; init; }
    [JsonPropertyName("severity")] public required string Severity { get; init; }
    [JsonPropertyName("dataset")] public required string Dataset { get; init; }
    [JsonPropertyName("code")] public required string Code { get; init; }
    [JsonPropertyName("subject")] public required string Subject { get; init; }
    [JsonPropertyName("text")] public required string Text { get; init; }
    [JsonPropertyName("since")] public required DateTimeOffset? Since { get; init; }
    [JsonPropertyName("expected")] public required string? Expected { get; init; }
    [JsonPropertyName("seen")] public required string? Seen { get; init; }
    [JsonPropertyName("query")] public required string? Query { get; init; }
    [JsonPropertyName("occurrences")] public required long Occurrences { get; init; }
    [JsonPropertyName("raised_at")] public required DateTimeOffset RaisedAt { get; init; }
    [JsonPropertyName("last_seen_at")] public required DateTimeOffset LastSeenAt { get; init; }
    [JsonPropertyName("resolved_at")] public required DateTimeOffset? ResolvedAt { get; init; }
    [JsonPropertyName("resolved_by")] public required string? ResolvedBy { get; init; }
    [JsonPropertyName("resolved_reason")] public required string? ResolvedReason { get; init; }
    [JsonPropertyName("runbook")] public required string Runbook { get; init; }
    [JsonPropertyName("deliveries")] public required IReadOnlyList<DeliveryStatus> Deliveries { get; init; }
}

/// <summary>What one channel was told of an alert.</summary>
/// <param name="State"><c>waiting</c>, <c>delivered</c>, <c>failed</c> (a person gave the message up), or <c>damped</c>: never told, for
/// the alert was re-opened within moments.</param>
public sealed record DeliveryStatus(
    [property: JsonPropertyName("channel")] string Channel, [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("state")] string State, [property: JsonPropertyName("tries")] int Tries,
    [property: JsonPropertyName("last_error")] string? LastError, [property: JsonPropertyName("delivered_at")] DateTimeOffset? DeliveredAt);

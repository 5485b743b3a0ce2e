using Npgsql;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger;

/// <summary>Permits and gates in PostgreSQL.</summary>
/// <remarks>
/// An account has numbered places, one permit each. Backfills use the lower half of the numbers only; daily work takes the highest that is
/// free, so that the two meet as late as they can. Taking a place is one statement: two that want the same place meet at its row,
/// and one of them is told to ask again.
/// </remarks>
public sealed class SourceBudget(NpgsqlDataSource database, TimeProvider time) : ISourceBudget
{
    // An account's calls take seconds; asking this often costs little and leaves little time unused.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<Permit> TryEnterAsync(
        string source, string account, WorkClass workClass, int atOnce, TimeSpan lease, CancellationToken stopping)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        var places = workClass == WorkClass.Daily ? atOnce : Math.Max(1, atOnce / 2);
        var now = time.GetUtcNow();
        var answer = (await database.ReadAsync($"asking for a permit of {source} {account}", connection => connection.Command(
            """
            WITH gate AS (
                SELECT until, reason FROM pipeline.source_gate
                WHERE source = $1 AND account IN ('', $2) AND (until IS NULL OR until > $4) ORDER BY until DESC NULLS FIRST LIMIT 1),
            entered AS (
                INSERT INTO pipeline.source_permit AS held (source, account, place, until)
                SELECT $1, $2, place, $5 FROM generate_series(0, $3 - 1) AS place
                WHERE NOT EXISTS (SELECT FROM gate) AND NOT EXISTS (
                    SELECT FROM pipeline.source_permit AS other
                    WHERE other.source = $1 AND other.account = $2 AND other.place = place.place AND other.until > $4)
                ORDER BY place DESC LIMIT 1
                ON CONFLICT (source, account, place) DO UPDATE SET until = excluded.until, id = excluded.id WHERE held.until <= $4
                RETURNING id)
            SELECT (SELECT id FROM entered), (SELECT until FROM gate), (SELECT reason FROM gate)
            """, source, account, places, now, now + lease)
            .ListAsync(row => (Id: row.Nullable<long>(0), Until: row.Nullable<DateTimeOffset>(1), Reason: row.Text(2)), stopping), stopping))[0];
        if (answer.Id is { } id) return new(id, null, null);
        if (answer.Reason is { } reason) return new(null, answer.Until, reason);
        return new(null, now + AskAgain, $"All {places} calls at once that {workClass} work of {source} {account} may have are under way.");
    }

    /// <inheritdoc/>
    public Task RenewAsync(long permitId, TimeSpan lease, CancellationToken stopping) => database.ReadAsync("renewing a permit", connection =>
        connection.Command("UPDATE pipeline.source_permit SET until = $2 WHERE id = $1 AND until > $3", permitId, time.GetUtcNow() + lease, time.GetUtcNow())
            .ExecuteAsync(stopping), stopping);

    /// <inheritdoc/>
    public Task LeaveAsync(long permitId, CancellationToken stopping) => database.ReadAsync("giving a permit back", connection =>
        connection.Command("UPDATE pipeline.source_permit SET until = '-infinity' WHERE id = $1", permitId).ExecuteAsync(stopping), stopping);

    /// <inheritdoc/>
    public Task CloseAsync(string source, string? account, DateTimeOffset until, string reason, CancellationToken stopping) =>
        database.ReadAsync($"closing the gate of {source}", connection => connection.Command(
            """
            INSERT INTO pipeline.source_gate AS gate (source, account, until, reason) VALUES ($1, $2, $3, $4)
            ON CONFLICT (source, account) DO UPDATE SET until = excluded.until, reason = excluded.reason WHERE gate.until < excluded.until
            """, source, account ?? "", until.ToUniversalTime(), reason).ExecuteAsync(stopping), stopping);

    /// <inheritdoc/>
    public Task StopAsync(string source, string? account, string reason, CancellationToken stopping) =>
        database.TransactAsync($"stopping {source}", async connection =>
        {
            await connection.Command(
                """
                INSERT INTO pipeline.source_gate (source, account, until, reason) VALUES ($1, $2, NULL, $3)
                ON CONFLICT (source, account) DO UPDATE SET until = NULL, reason = excluded.reason
                """, source, account ?? "", reason).ExecuteAsync(stopping);
            return await Alerts.RaiseAsync(connection, Stopped(source, account, reason), time.GetUtcNow(), stopping);
        }, stopping);

    /// <inheritdoc/>
    public Task OpenAsync(string source, string? account, CancellationToken stopping) =>
        database.TransactAsync($"opening the gate of {source}", async connection =>
        {
            await connection.Command(
                "DELETE FROM pipeline.source_gate WHERE source = $1 AND account = $2 AND until IS NULL", source, account ?? "").ExecuteAsync(stopping);
            return await Alerts.ResolveAsync(connection, Stopped(source, account, ""), time.GetUtcNow(), stopping);
        }, stopping);

    private static Alert Stopped(string source, string? account, string reason) => new(
        AlertSeverity.Critical, "", "source_stopped", account is null ? source : $"{source} {account}",
        $"Nothing more is asked of {source} for {(account is null ? "any account" : $"account {account}")}: {reason} Correct that; "
        + "the next daily run asks again, and goes on when the provider answers.")
    {
        Since = null, Expected = "a provider that answers", Seen = reason, Query = AlertQueries.Gate(source, account),
    };
}

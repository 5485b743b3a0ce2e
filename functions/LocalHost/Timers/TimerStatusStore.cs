using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.State;

namespace Pipeline.LocalHost.Timers;

/// <summary>A monitored timer's status.</summary>
/// <param name="Last">The last occurrence; null before the first.</param>
/// <param name="Next">The next occurrence expected.</param>
/// <param name="LastUpdated">When this was decided.</param>
internal sealed record TimerStatus(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated);

/// <summary>The status of the monitored timers, kept in table localhost.timer_status.</summary>
internal sealed class TimerStatusStore(HostDatabase database)
{
    /// <summary>Null for a timer that was never seen.</summary>
    public async Task<TimerStatus?> ReadAsync(string timer, CancellationToken stopping)
    {
        await using var command = database.Command("SELECT last, next, last_updated FROM localhost.timer_status WHERE timer = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = timer });
        await using var row = await command.ExecuteReaderAsync(stopping);
        if (!await row.ReadAsync(stopping)) return null;
        return new TimerStatus(
            row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0),
            row.GetFieldValue<DateTimeOffset>(1),
            row.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Writes a timer's status over the one before.</summary>
    public async Task WriteAsync(string timer, TimerStatus status, CancellationToken stopping)
    {
        await using var command = database.Command("""
            INSERT INTO localhost.timer_status (timer, last, next, last_updated) VALUES ($1, $2, $3, $4)
            ON CONFLICT (timer) DO UPDATE SET last = excluded.last, next = excluded.next, last_updated = excluded.last_updated
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = timer });
        var last = (object?)status.Last?.ToUniversalTime() ?? DBNull.Value;
        command.Parameters.Add(new NpgsqlParameter { Value = last, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = status.Next.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = status.LastUpdated.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(stopping);
    }
}

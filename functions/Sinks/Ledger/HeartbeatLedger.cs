using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>What a function did on this instance since it was last written.</summary>
/// <param name="Started">Its last begin.</param>
/// <param name="Succeeded">Its last good end; null for none since.</param>
/// <param name="Failed">Its last bad end; null for none since.</param>
/// <param name="Error">Why; a sentence of the program's own, or the error's type.</param>
public sealed record Heartbeat(
    string Function, DateTimeOffset Started, DateTimeOffset? Succeeded, DateTimeOffset? Failed, string? Error, long Runs, long Failures);

/// <summary>Keeps heartbeats: one row for each function and instance.</summary>
public sealed class HeartbeatLedger(NpgsqlDataSource source, TimeProvider time)
{
    // Instances have new names with every deployment; what an old one did is of no use after so long.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Writes them, and forgets instances that are long gone.</summary>
    /// <exception cref="Domain.Failures.TransientException">PostgreSQL is away.</exception>
    public Task WriteAsync(string instance, IReadOnlyList<Heartbeat> beats, CancellationToken stopping) =>
        source.ReadAsync("writing heartbeats", async connection =>
        {
            await connection.Command(
                """
                INSERT INTO pipeline.heartbeat AS held (
                    function, instance, since, last_started, last_succeeded, last_failed, last_error, runs, failures)
                SELECT function, $1, started, started, succeeded, failed, error, runs, failures
                FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::bigint[], $8::bigint[])
                    AS beat (function, started, succeeded, failed, error, runs, failures) ORDER BY function
                ON CONFLICT (function, instance) DO UPDATE SET
                    last_started = excluded.last_started, last_succeeded = coalesce(excluded.last_succeeded, held.last_succeeded),
                    last_failed = coalesce(excluded.last_failed, held.last_failed),
                    last_error = coalesce(excluded.last_error, held.last_error),
                    runs = held.runs + excluded.runs, failures = held.failures + excluded.failures
                """,
                instance, Each(beats, beat => beat.Function), Each(beats, beat => beat.Started), Each(beats, beat => beat.Succeeded),
                Each(beats, beat => beat.Failed), Each(beats, beat => beat.Error), Each(beats, beat => beat.Runs),
                Each(beats, beat => beat.Failures)).ExecuteAsync(stopping);
            return await connection.Command("DELETE FROM pipeline.heartbeat WHERE last_started < $1", time.GetUtcNow() - Kept)
                .ExecuteAsync(stopping);
        }, stopping);

    private static T[] Each<T>(IReadOnlyList<Heartbeat> beats, Func<Heartbeat, T> value) => [.. beats.Select(value)];
}

using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Dedupe;

/// <summary>Adds the keys of a publication's rows, in the transaction of its commit and as the last thing there.</summary>
/// <remarks>
/// The dataset's row is the lock: commits that add keys follow each other. One that finds another commit since it began asks again, which
/// is the only time that keys are looked up twice.
/// </remarks>
internal static class KeyCommit
{
    private static readonly long MicrosPerDay = DedupeState.MicrosOf(TimeSpan.FromDays(1));

    /// <summary>Behind the window, how long keys are kept for rows that come late.</summary>
    private static readonly long MarginMicros = MicrosPerDay;

    /// <summary>Gives up the keys that were decided on anew, adds those of the rows and moves the dataset's watermark.</summary>
    /// <param name="now">A row from the future moves the watermark no further than this: it would make all keys forgotten.</param>
    /// <exception cref="KeysTakenException">Another publication has one of them since this one began. Nothing may be committed.</exception>
    public static async Task AddAsync(
        NpgsqlConnection connection, DedupeState state, long publicationId, IReadOnlyList<RowKey> keys, DateTimeOffset now,
        CancellationToken stopping)
    {
        // Without an index, as the table's rows are: replays are rare. The ranges are read once, and not for each key.
        if (state.Anew != "{}")
            await connection.LongCommand(
                "DELETE FROM pipeline.dedupe_key WHERE dataset = $1 AND owner <@ (SELECT $2::text::int8multirange)", state.Id, state.Anew)
                .ExecuteAsync(stopping);
        if (keys.Count == 0) return;
        await KeyCopy.WriteAsync(connection, keys, stopping);
        var latest = Math.Min(keys.Max(key => key.EventMicros), DedupeState.MicrosOf(now - DateTimeOffset.UnixEpoch));
        var (commits, watermark) = (await connection.LongCommand(
            """
            UPDATE pipeline.dedupe SET commits = commits + 1, watermark_micros = greatest(watermark_micros, $2) WHERE id = $1
            RETURNING commits, watermark_micros
            """, state.Id, latest).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), stopping))[0];
        if (commits != state.Commits + 1 && await AnyTakenAsync(connection, state, stopping)) throw new KeysTakenException(publicationId);
        await connection.LongCommand(
            $"""
            INSERT INTO pipeline.dedupe_key (hash, event_micros, owner, dataset, forget_day)
            SELECT hash, event_micros, owner, $1, $2 FROM {KeyCopy.Table} ORDER BY hash
            ON CONFLICT DO NOTHING
            """, state.Id, (int)((watermark + state.WindowMicros + MarginMicros) / MicrosPerDay + 1)).ExecuteAsync(stopping);
    }

    private static async Task<bool> AnyTakenAsync(NpgsqlConnection connection, DedupeState state, CancellationToken stopping) =>
        (await connection.LongCommand(
            $"""
            SELECT EXISTS (SELECT FROM {KeyCopy.Table} AS key, LATERAL (
                SELECT FROM pipeline.dedupe_key AS known WHERE known.hash = key.hash AND known.dataset = $1
                AND known.event_micros BETWEEN key.event_micros - $2 AND key.event_micros + $2
                AND known.owner <> key.owner LIMIT 1) AS found)
            """, state.Id, state.WindowMicros).ListAsync(row => row.GetBoolean(0), stopping))[0];
}

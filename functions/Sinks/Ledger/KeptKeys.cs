using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Ledger;

/// <summary>Whether the dedupe keys are still there by which a replay tells rows that are published already.</summary>
internal static class KeptKeys
{
    /// <summary>Compares publications' earliest rows with how far keys were forgotten.</summary>
    /// <remarks>
    /// A key is kept for the window and a day behind the watermark of its commit, and a row's duplicates lie within the window: so the keys
    /// that the rows of a day can meet are all there until the watermark is two days on. None is forgotten while a replay is planned.
    /// </remarks>
    /// <exception cref="TerminalException">A row that was a duplicate could be published beside the one it repeats.</exception>
    public static async Task RequireAsync(NpgsqlConnection connection, string dataset, long[] publications, CancellationToken stopping)
    {
        var late = await connection.Command(
            """
            SELECT count(*), min(publication.id), (date '1970-01-01' + min(forgotten_day) - 2)::date
            FROM pipeline.dedupe JOIN pipeline.publication ON publication.dataset = dedupe.dataset
            WHERE dedupe.dataset = $1 AND publication.id = ANY($2)
                AND (min_event_time AT TIME ZONE 'UTC')::date - date '1970-01-01' + 2 < forgotten_day
            HAVING count(*) > 0
            """, dataset, publications)
            .ListAsync(row => (Count: row.GetInt64(0), First: row.GetInt64(1), Day: row.GetFieldValue<DateOnly>(2)), stopping);
        if (late is [var (count, first, day)])
            throw new TerminalException(
                $"{count} of the publications of {dataset}, the first of them {first}, have rows from before {day:yyyy-MM-dd}, "
                + "whose dedupe keys may be forgotten: a row that repeats another could be published beside it. Replay later days, or what was refused alone.");
    }
}

using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>What a commit does about the publication that it replays: it supersedes that one, or takes refused records out of it.</summary>
/// <remarks>
/// The replayed publication's row is locked first by all commits that replay it, so that they follow each other. Those it has been replayed
/// to from its refusals are its family: they go with it.
/// </remarks>
internal sealed class ReplayCommit(NpgsqlConnection connection, PublicationAttempt attempt, ReplayOrder replay, DateTimeOffset now)
{
    private long[] family = [];

    /// <summary>Null when records are published for the first time.</summary>
    public static ReplayCommit? Of(NpgsqlConnection connection, PublicationAttempt attempt, DateTimeOffset now) =>
        attempt.Replay is { } replay ? new(connection, attempt, replay, now) : null;

    /// <summary>Locks what is replayed, before the attempt's own publication: the older row first, as everywhere.</summary>
    public Task LockAsync(CancellationToken stopping) => connection.LongCommand(
        "SELECT id FROM pipeline.publication WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        new[] { replay.Root, replay.RefusedOf ?? replay.Root }).ExecuteAsync(stopping);

    /// <summary>Looks whether all still stands that the attempt saw, and deletes the table rows that are replaced.</summary>
    /// <returns>False when another one was first: nothing may be committed, and the next attempt finds out what is left.</returns>
    public async Task<bool> BeginAsync(DatasetContract contract, CancellationToken stopping)
    {
        if (await ReplayOrders.OpenAsync(connection, attempt.Plan.Id, stopping) is not { } open || !IsSame(open)) return false;
        if (replay.RefusedOf is not null) return true;
        family = [.. await connection.LongCommand(
            """
            SELECT id FROM pipeline.publication
            WHERE id = $1 OR (replays = $1 AND refused_of IS NOT NULL AND state IN ('committed', 'visible'))
            ORDER BY id FOR UPDATE
            """, replay.Root).ListAsync(row => row.GetInt64(0), stopping)];
        // No index leads from a publication to its rows: merges are frequent, replays are not.
        if (TableShape.Of(contract) is { } shape)
            await connection.LongCommand($"DELETE FROM {shape.QualifiedName} WHERE \"{TableShape.Publication}\" = ANY($1)", family)
                .ExecuteAsync(stopping);
        return true;
    }

    /// <summary>After the ledger's own rows: the replayed publication's objects and refusals are this one's now.</summary>
    public async Task EndAsync(CancellationToken stopping)
    {
        if (replay.RefusedOf is { } refusedOf) await MoveAsync(refusedOf, stopping);
        else await SupersedeAsync(stopping);
    }

    private bool IsSame(ReplayOrder open) => open.Root == replay.Root && open.Causes.ToHashSet().SetEquals(replay.Causes);

    private async Task MoveAsync(long refusedOf, CancellationToken stopping)
    {
        await connection.Command(
            """
            UPDATE pipeline.rejection SET state = 'replayed', replayed_by = $2
            FROM unnest($3::text[], $4::text[]) AS moved (code, field)
            WHERE publication_id = $1 AND rejection.code = moved.code AND rejection.field = moved.field AND state = 'open'
            """, refusedOf, attempt.Plan.Id, replay.Causes.Select(cause => cause.Code).ToArray(),
            replay.Causes.Select(cause => cause.Field).ToArray()).ExecuteAsync(stopping);
        await connection.Command(
            "UPDATE pipeline.publication SET rows_in = rows_in - $2, rows_rejected = rows_rejected - $2 WHERE id = $1",
            refusedOf, replay.Records)
            .ExecuteAsync(stopping);
    }

    // An object that was superseded before and is not removed yet waits for this publication now: its own successor may never be visible.
    private async Task SupersedeAsync(CancellationToken stopping)
    {
        await connection.Command(
            """
            UPDATE pipeline.lake_object SET state = 'superseded', superseded_by = $1
            WHERE removed_at IS NULL AND (publication_id = ANY($2) OR superseded_by = ANY($2))
            """, attempt.Plan.Id, family).ExecuteAsync(stopping);
        await connection.Command(
            "UPDATE pipeline.rejection SET state = 'superseded' WHERE publication_id = ANY($1) AND state = 'open'", family)
            .ExecuteAsync(stopping);
        await connection.Command(
            "UPDATE pipeline.publication SET state = 'superseded', visible_at = coalesce(visible_at, $2) WHERE id = ANY($1)", family, now)
            .ExecuteAsync(stopping);
    }
}

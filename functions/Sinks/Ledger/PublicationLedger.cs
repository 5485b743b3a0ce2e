using Npgsql;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;

namespace Pipeline.Sinks.Ledger;

/// <summary>Plans publications over landed segments and finishes committed ones, in PostgreSQL.</summary>
public sealed class PublicationLedger(NpgsqlDataSource source, TimeProvider time) : IPublicationLedger
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<PublicationPlan>> PlanAsync(
        string dataset, int contractVersion, long maxRawBytes, int maxPublications, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<PublicationPlan>>($"planning {dataset}", async connection =>
        {
            var plans = await PlannedAsync(connection, dataset, waits: false, isReplay: false, maxPublications, stopping);
            foreach (var chunk in await SegmentChunks.TakeAsync(connection, dataset, maxRawBytes, maxPublications - plans.Count, stopping))
                plans.Add(await InsertAsync(connection, dataset, contractVersion, chunk, stopping));
            // What is new comes before what is published already, and what may never succeed behind both; but one of it has its turn each time.
            plans.AddRange(await PlannedAsync(connection, dataset, waits: false, isReplay: true, maxPublications - plans.Count, stopping));
            plans.AddRange(await PlannedAsync(
                connection, dataset, waits: true, isReplay: null, Math.Max(1, maxPublications - plans.Count), stopping));
            return plans;
        }, stopping);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PublicationPlan>> PlanReplayAsync(
        string dataset, int contractVersion, string? account, DateOnly from, DateOnly to, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<PublicationPlan>>($"planning a replay of {dataset}", async connection =>
        {
            var plans = new List<PublicationPlan>();
            foreach (var chunk in await ReplaySegments.FindAsync(connection, dataset, account, from, to, stopping))
                plans.Add(await InsertAsync(connection, dataset, contractVersion, chunk, stopping, (from, to)));
            return plans;
        }, stopping);

    // Of those that wait, the one with the fewest attempts first: each has its turn.
    private static Task<List<PublicationPlan>> PlannedAsync(
        NpgsqlConnection connection, string dataset, bool waits, bool? isReplay, int limit, CancellationToken stopping) => connection.Command(
        """
        SELECT id, contract_version, raw_bytes FROM pipeline.publication
        WHERE dataset = $1 AND state = 'planned' AND (attempt >= $2) = $3 AND ($4::boolean IS NULL OR (replays IS NOT NULL) = $4)
        ORDER BY CASE WHEN $3 THEN attempt END, replays IS NOT NULL, id LIMIT $5
        """, dataset, PublicationPlan.AttemptsOfARun, waits, isReplay, Math.Max(0, limit))
        .ListAsync(row => new PublicationPlan(row.GetInt64(0), dataset, row.GetInt32(1), row.GetInt64(2)) { Waits = waits }, stopping);

    /// <param name="replay">The days of a replay, whose segments keep their state; null to take landed segments.</param>
    private async Task<PublicationPlan> InsertAsync(
        NpgsqlConnection connection, string dataset, int contractVersion, SegmentChunk chunk, CancellationToken stopping,
        (DateOnly From, DateOnly To)? replay = null)
    {
        var id = (await connection.Command(
            """
            INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, planned_at, day_from, day_to)
            VALUES ($1, $2, 'planned', $3, $4, $5::date, $6::date) RETURNING id
            """, dataset, contractVersion, chunk.RawBytes, time.GetUtcNow(), replay?.From, replay?.To)
            .ListAsync(row => row.GetInt64(0), stopping))[0];
        await connection.Command(
            "INSERT INTO pipeline.publication_segment (publication_id, segment_id) SELECT $1, unnest($2::bigint[])",
            id, chunk.SegmentIds.ToArray()).ExecuteAsync(stopping);
        if (replay is null)
            await connection.Command(
                "UPDATE pipeline.segment SET state = 'planned', publication_id = $1 WHERE id = ANY($2)", id, chunk.SegmentIds.ToArray())
                .ExecuteAsync(stopping);
        return new(id, dataset, contractVersion, chunk.RawBytes);
    }

    /// <inheritdoc/>
    public async Task<Backlog> BacklogAsync(string dataset, CancellationToken stopping) =>
        (await source.ReadAsync($"reading the backlog of {dataset}", connection => connection.Command(
            """
            SELECT count(*)::integer, coalesce(sum(records), 0)::bigint, coalesce(sum(raw_bytes), 0)::bigint, min(landed_at),
                (SELECT count(*)::integer FROM pipeline.publication WHERE dataset = $1 AND state = 'planned')
            FROM pipeline.segment WHERE dataset = $1 AND state IN ('landed', 'planned') AND NOT EXISTS (
                SELECT FROM pipeline.publication WHERE publication.id = segment.publication_id AND publication.state = 'failed')
            """, dataset).ListAsync(row => new Backlog(
                row.GetInt32(0), row.GetInt64(1), row.GetInt64(2), row.Nullable<DateTimeOffset>(3), row.GetInt32(4)), stopping), stopping))[0];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UnfinishedObject>> UnfinishedAsync(long? publicationId, int limit, CancellationToken stopping) =>
        await source.ReadAsync("reading unfinished objects", connection => connection.Command(
            $"SELECT {UnfinishedColumns} WHERE state = 'staged' AND ($1::bigint IS NULL OR publication_id = $1) ORDER BY publication_id, id LIMIT $2",
            publicationId, limit).ListAsync(ReadUnfinished, stopping), stopping);

    /// <summary>Staged objects behind one already seen, so that a sweep passes those that cannot be finished now.</summary>
    internal async Task<IReadOnlyList<UnfinishedObject>> UnfinishedAfterAsync(UnfinishedObject? seen, int limit, CancellationToken stopping) =>
        await source.ReadAsync("reading unfinished objects", connection => connection.Command(
            $"SELECT {UnfinishedColumns} WHERE state = 'staged' AND (publication_id, id) > ($1, $2) ORDER BY publication_id, id LIMIT $3",
            seen?.PublicationId ?? 0L, seen?.ObjectId ?? 0L, limit).ListAsync(ReadUnfinished, stopping), stopping);

    /// <inheritdoc/>
    public Task MarkVisibleAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping) =>
        source.TransactAsync("marking objects visible", async connection =>
        {
            // The publications are locked first: of two calls for objects of one publication the later sees the earlier's.
            var publications = (await connection.Command(
                """
                SELECT id FROM pipeline.publication WHERE id IN (SELECT publication_id FROM pipeline.lake_object WHERE id = ANY($1))
                ORDER BY id FOR UPDATE
                """, objectIds.ToArray()).ListAsync(row => row.GetInt64(0), stopping)).ToArray();
            await connection.Command(
                "UPDATE pipeline.lake_object SET state = 'visible' WHERE id = ANY($1) AND state = 'staged'", objectIds.ToArray()).ExecuteAsync(stopping);
            return await connection.Command(
                """
                UPDATE pipeline.publication SET state = 'visible', visible_at = $2 WHERE id = ANY($1) AND state = 'committed'
                AND NOT EXISTS (SELECT FROM pipeline.lake_object WHERE publication_id = publication.id AND lake_object.state = 'staged')
                """, publications, time.GetUtcNow()).ExecuteAsync(stopping);
        }, stopping);

    /// <inheritdoc/>
    public Task<bool> ReplaceUploadAsync(long objectId, StagedObject rebuilt, CancellationToken stopping) =>
        source.TransactAsync($"replacing the upload of {rebuilt.Key}", async connection =>
        {
            var keys = await connection.Command("SELECT key FROM pipeline.lake_object WHERE id = $1 FOR UPDATE", objectId)
                .ListAsync(row => row.GetString(0), stopping);
            if (keys is not [var key] || key != rebuilt.Key)
                throw new ArgumentException($"Object {objectId} of the ledger is not {rebuilt.Key}.", nameof(rebuilt));
            return await connection.Command(
                """
                UPDATE pipeline.lake_object SET upload_id = $2, part_tags = $3, bytes = $4, sha256 = $5 WHERE id = $1 AND state = 'staged'
                """, objectId, rebuilt.UploadId, rebuilt.PartTags.ToArray(), rebuilt.Bytes, rebuilt.Sha256).ExecuteAsync(stopping) > 0;
        }, stopping);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UnfinishedObject>> SupersededAsync(long? publicationId, int limit, CancellationToken stopping) =>
        await source.ReadAsync("reading superseded objects", connection => connection.Command(
            $"""
            SELECT {UnfinishedColumns} AS old
            WHERE state = 'superseded' AND removed_at IS NULL AND ($1::bigint IS NULL OR superseded_by = $1) AND NOT EXISTS (
                SELECT FROM pipeline.lake_object AS new
                WHERE new.publication_id = old.superseded_by AND new.state = 'staged' AND new.role = 'data')
            ORDER BY superseded_by, id LIMIT $2
            """, publicationId, limit).ListAsync(ReadUnfinished, stopping), stopping);

    /// <inheritdoc/>
    public Task MarkRemovedAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping) =>
        source.ReadAsync("marking objects removed", connection => connection.Command(
            "UPDATE pipeline.lake_object SET removed_at = $2 WHERE id = ANY($1) AND state = 'superseded' AND removed_at IS NULL",
            objectIds.ToArray(), time.GetUtcNow()).ExecuteAsync(stopping), stopping);

    /// <inheritdoc/>
    public Task FailAsync(long publicationId, string reason, CancellationToken stopping) =>
        source.TransactAsync($"giving publication {publicationId} up", async connection =>
        {
            var failed = await connection.Command(
                """
                UPDATE pipeline.publication SET state = 'failed', failure = $2 WHERE id = $1 AND state = 'planned'
                RETURNING dataset, planned_at
                """, publicationId, reason)
                .ListAsync(row => (Dataset: row.GetString(0), Since: row.GetFieldValue<DateTimeOffset>(1)), stopping);
            foreach (var (dataset, since) in failed)
            {
                await ResolveWaitingAsync(connection, dataset, publicationId, time.GetUtcNow(), stopping);
                await Alerts.RaiseAsync(connection, Failed(publicationId, dataset, since, reason), time.GetUtcNow(), stopping);
            }
            return failed.Count;
        }, stopping);

    /// <inheritdoc/>
    public Task DelayAsync(long publicationId, string reason, CancellationToken stopping) =>
        source.TransactAsync($"noting that publication {publicationId} waits", async connection =>
        {
            // Locked, so that its commit resolves the alert, or is seen.
            var waiting = await connection.Command(
                "SELECT dataset, planned_at FROM pipeline.publication WHERE id = $1 AND state = 'planned' FOR UPDATE", publicationId)
                .ListAsync(row => (Dataset: row.GetString(0), Since: row.GetFieldValue<DateTimeOffset>(1)), stopping);
            foreach (var (dataset, since) in waiting)
                await Alerts.RaiseAsync(connection, Waiting(publicationId, dataset, since, reason), time.GetUtcNow(), stopping);
            return waiting.Count;
        }, stopping);

    /// <summary>Ends the alert that a publication waits, within the transaction that decides on it.</summary>
    internal static Task<int> ResolveWaitingAsync(
        NpgsqlConnection connection, string dataset, long publicationId, DateTimeOffset now, CancellationToken stopping) =>
        Alerts.ResolveAsync(connection, dataset, WaitingCode, $"publication {publicationId}", now, stopping);

    private const string WaitingCode = "publication_waiting";

    private static Alert Waiting(long publicationId, string dataset, DateTimeOffset since, string reason) => new(
        AlertSeverity.Warning, dataset, WaitingCode, $"publication {publicationId}",
        $"Publication {publicationId} of {dataset} waits: {reason} Its segments are safe, others go on, and it is tried until it succeeds.")
    {
        Since = since, Expected = "a commit of the rows planned then", Seen = reason, Query = AlertQueries.Publication(publicationId),
    };

    // Ends when the publication is planned again.
    private const string FailedCode = "publication_failed";

    private static Alert Failed(long publicationId, string dataset, DateTimeOffset since, string reason) => new(
        AlertSeverity.Critical, dataset, FailedCode, $"publication {publicationId}",
        $"Publication {publicationId} of {dataset} was given up: {reason} Its segments wait; correct the cause, then plan it again.")
    {
        Since = since, Expected = "a commit of the rows planned then", Seen = reason, Query = AlertQueries.Publication(publicationId),
    };

    /// <summary>Operator's verb: a publication that was given up is planned again, with the segments it had.</summary>
    /// <returns>False when it is not in the state failed.</returns>
    public async Task<bool> PlanAgainAsync(long publicationId, CancellationToken stopping) =>
        await source.TransactAsync($"planning publication {publicationId} again", async connection =>
        {
            var planned = await connection.Command(
                "UPDATE pipeline.publication SET state = 'planned', failure = NULL WHERE id = $1 AND state = 'failed' RETURNING dataset",
                publicationId).ListAsync(row => row.GetString(0), stopping);
            foreach (var dataset in planned)
                await Alerts.ResolveAsync(connection, dataset, FailedCode, $"publication {publicationId}", time.GetUtcNow(), stopping);
            return planned.Count;
        }, stopping) > 0;

    private const string UnfinishedColumns =
        "id, publication_id, dataset, role, key, upload_id, part_tags, bytes, sha256 FROM pipeline.lake_object";

    private static UnfinishedObject ReadUnfinished(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3) == "data" ? ObjectRole.Data : ObjectRole.Quarantine,
        new(row.GetString(4), row.GetString(5), row.GetFieldValue<string[]>(6), row.GetInt64(7), row.GetString(8)));
}

using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>Decides which positions are landed: cursors, epochs and segments in PostgreSQL.</summary>
/// <remarks>Rows of <c>source_cursor</c> are always locked in (dataset, stream) order, so that two batches never deadlock.</remarks>
public sealed class LandingLedger(NpgsqlDataSource source, TimeProvider time) : ILandingLedger
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ShardClaim>> ClaimAsync(string dataset, IReadOnlyCollection<string> streams, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<ShardClaim>>($"a claim on {dataset}", async connection => await connection.Command(
            """
            INSERT INTO pipeline.source_cursor AS held (dataset, stream, epoch)
            SELECT $1, stream, 1 FROM (SELECT DISTINCT unnest($2::text[]) COLLATE "C" AS stream) AS streams ORDER BY stream
            ON CONFLICT (dataset, stream) DO UPDATE SET epoch = held.epoch + 1
            RETURNING stream, generation, next_position, epoch, stopped_reason, last_timestamp_ms
            """,
            dataset, streams.ToArray()).ListAsync(row => new ShardClaim(
                new(row.GetString(0), row.GetInt32(1)), row.Nullable<long>(2), row.GetInt64(3), !row.IsDBNull(4), row.Nullable<long>(5)), stopping), stopping);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Shard>> LandAsync(IReadOnlyList<SegmentDraft> drafts, CancellationToken stopping)
    {
        var runs = SegmentRun.Of(drafts);
        if (runs.Count == 0) return Task.FromResult<IReadOnlyList<Shard>>([]);
        return LandRunsAsync(runs, stopping);
    }

    private async Task<IReadOnlyList<Shard>> LandRunsAsync(IReadOnlyList<SegmentRun> runs, CancellationToken stopping)
    {
        var what = $"landing on {runs[0].Dataset}";
        var won = await source.TransactAsync(what, async connection =>
        {
            var held = await LandingStatements.LockAsync(connection, runs, stopping);
            var winners = runs.Where(run => held.Any(run.Follows)).ToList();
            if (winners.Count > 0) await LandingStatements.InsertAsync(connection, winners, time.GetUtcNow(), stopping);
            return winners;
        }, stopping, (connection, winners) => LandingStatements.LandedAsync(connection, winners, stopping));
        return [.. runs.Except(won).Select(run => run.Shard)];
    }

    /// <inheritdoc/>
    public Task StopAsync(string dataset, Shard shard, string reason, CancellationToken stopping) =>
        source.TransactAsync($"stopping {shard} of {dataset}", async connection =>
        {
            // The epoch moves too: a batch that claimed the shard before cannot land on it any more.
            var stopped = await connection.Command(
                """
                UPDATE pipeline.source_cursor SET stopped_reason = $4, epoch = epoch + 1
                WHERE dataset = $1 AND stream = $2 AND generation = $3 AND stopped_reason IS NULL
                """, dataset, shard.Stream, shard.Generation, reason).ExecuteAsync(stopping);
            if (stopped > 0)
                await Alerts.RaiseAsync(connection, LandingAlerts.Stopped(dataset, shard, reason), time.GetUtcNow(), stopping);
            return stopped;
        }, stopping);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Shard>> RaiseGenerationAsync(string dataset, string? stream, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<Shard>>($"raising the generation of {stream ?? "every stream"} of {dataset}", async connection =>
        {
            var streams = await connection.Command(
                """
                SELECT stream FROM pipeline.source_cursor WHERE dataset = $1 AND ($2::text IS NULL OR stream = $2) ORDER BY stream FOR UPDATE
                """, dataset, stream).ListAsync(row => row.GetString(0), stopping);
            if (streams.Count == 0)
                throw new TerminalException(
                    $"The ledger knows no stream {stream ?? "at all"} of dataset {dataset}: nothing was landed from it yet. See the stream names in 'status'.");
            var raised = await connection.Command(
                """
                UPDATE pipeline.source_cursor SET generation = generation + 1, next_position = NULL, epoch = epoch + 1,
                    stopped_reason = NULL, last_timestamp_ms = NULL
                WHERE dataset = $1 AND stream = ANY($2) RETURNING stream, generation
                """, dataset, streams.ToArray()).ListAsync(row => new Shard(row.GetString(0), row.GetInt32(1)), stopping);
            var stopped = raised.Select(shard => (shard with { Generation = shard.Generation - 1 }).ToString()).ToArray();
            await Alerts.ResolveAsync(connection, dataset, LandingAlerts.StoppedCode, stopped, time.GetUtcNow(), stopping);
            return raised;
        }, stopping, async (connection, raised) => (await CursorsAsync(connection, dataset, "FOR UPDATE", stopping))
            .Count(cursor => raised.Any(shard => shard.Stream == cursor.Shard.Stream && shard.Generation <= cursor.Shard.Generation)) == raised.Count);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ShardCursor>> CursorsAsync(string dataset, CancellationToken stopping) =>
        await source.ReadAsync($"reading the cursors of {dataset}", connection => CursorsAsync(connection, dataset, "", stopping), stopping);

    private static Task<List<ShardCursor>> CursorsAsync(NpgsqlConnection connection, string dataset, string locking, CancellationToken stopping) =>
        connection.Command(
            $"""
            SELECT stream, generation, next_position, epoch, stopped_reason, landed_at
            FROM pipeline.source_cursor WHERE dataset = $1 ORDER BY stream {locking}
            """, dataset).ListAsync(row => new ShardCursor(
                new(row.GetString(0), row.GetInt32(1)), row.Nullable<long>(2), row.GetInt64(3), row.Text(4), row.Nullable<DateTimeOffset>(5)), stopping);
}

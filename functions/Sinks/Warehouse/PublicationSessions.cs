using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Dedupe;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Begins attempts at publications over PostgreSQL.</summary>
public sealed class PublicationSessions(NpgsqlDataSource source, TimeProvider time) : IPublicationSessions
{
    /// <inheritdoc/>
    /// <remarks>An open publication takes the version of the contract it is begun with: nothing of it was published yet.</remarks>
    public async Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping)
    {
        var what = $"an attempt at publication {publicationId}";
        var (attempt, dedupe) = await source.TransactAsync<(PublicationAttempt?, DedupeState?)>(what, async connection =>
        {
            var state = await DedupeState.BeginAsync(connection, contract, stopping);
            var begun = await connection.Command(
                """
                UPDATE pipeline.publication SET attempt = attempt + 1, contract_version = $3
                WHERE id = $1 AND dataset = $2 AND state = 'planned' RETURNING attempt, raw_bytes, replays IS NOT NULL
                """, publicationId, contract.Dataset, contract.Version)
                .ListAsync(row => (Number: row.GetInt32(0), RawBytes: row.GetInt64(1), IsReplay: row.GetBoolean(2)), stopping);
            if (begun is [var (number, rawBytes, isReplay)])
            {
                var replay = isReplay ? await ReplayOrders.OpenAsync(connection, publicationId, stopping) : null;
                if (isReplay && replay is null)
                {
                    await EndWithoutEffectAsync(connection, publicationId, stopping);
                    await PublicationLedger.ResolveWaitingAsync(connection, contract.Dataset, publicationId, time.GetUtcNow(), stopping);
                    return (null, state);
                }
                return (new PublicationAttempt(
                    new(publicationId, contract.Dataset, contract.Version, rawBytes), number,
                    await PinnedSegments.ReadAsync(connection, publicationId, stopping))
                {
                    Extractions = await PinnedExtractions.ToTakeAsync(connection, publicationId, contract.Version, stopping),
                    Replay = replay,
                }, state);
            }
            await RequireCommittedAsync(connection, publicationId, contract.Dataset, stopping);
            return (null, state);
        }, stopping);
        if (attempt is null) return null;
        var target = TableShape.Of(contract) is { } shape ? await OpenTargetAsync(shape, contract, stopping) : null;
        return new PublicationSession(source, time, attempt, contract, target, dedupe?.For(attempt));
    }

    /// <inheritdoc/>
    public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) =>
        source.ReadAsync($"reading publication {publicationId}", async connection =>
        {
            var found = await connection.Command(
                """
                SELECT dataset, contract_version, raw_bytes, attempt FROM pipeline.publication
                WHERE id = $1 AND state IN ('committed', 'visible', 'superseded')
                """, publicationId).ListAsync(row => (Plan: new PublicationPlan(
                    publicationId, row.GetString(0), row.GetInt32(1), row.GetInt64(2)), Number: row.GetInt32(3)), stopping);
            return found is [var (plan, number)]
                ? new PublicationAttempt(plan, number, await PinnedSegments.ReadAsync(connection, publicationId, stopping))
                {
                    Extractions = await PinnedExtractions.DecidedAsync(connection, publicationId, stopping),
                    Replay = await ReplayOrders.DecidedAsync(connection, publicationId, stopping),
                }
                : throw new TerminalException($"Publication {publicationId} is not committed, so no object of it can be rebuilt. Publish it first.");
        }, stopping);

    /// <inheritdoc/>
    public IPublishedKeys? CommittedKeys(DatasetContract contract) =>
        contract.Dedupe is null ? null : PublishedKeys.Committed(source, contract.Dataset);

    // Its attempt's number was raised, so that one that is still under way finds itself fenced off.
    private static Task<int> EndWithoutEffectAsync(NpgsqlConnection connection, long publicationId, CancellationToken stopping) => connection.Command(
        """
        UPDATE pipeline.publication SET state = 'superseded', rows_in = 0, rows_out = 0, rows_duplicate = 0, rows_rejected = 0,
            failure = 'Nothing was left to replay: what it replays was superseded, or its refusals were settled meanwhile.'
        WHERE id = $1
        """, publicationId).ExecuteAsync(stopping);

    private static async Task RequireCommittedAsync(NpgsqlConnection connection, long publicationId, string dataset, CancellationToken stopping)
    {
        var found = await connection.Command("SELECT state, failure, dataset FROM pipeline.publication WHERE id = $1", publicationId)
            .ListAsync(row => (State: row.GetString(0), Failure: row.Text(1), Dataset: row.GetString(2)), stopping);
        if (found is not [var (state, failure, owner)] || owner != dataset)
            throw new TerminalException($"The ledger has no publication {publicationId} of {dataset}. See the publications it has in 'status'.");
        if (state == "failed")
            throw new TerminalException($"Publication {publicationId} of {dataset} was given up: {failure} Correct the cause, then plan it again.");
    }

    private async Task<MergeTarget> OpenTargetAsync(TableShape shape, DatasetContract contract, CancellationToken stopping)
    {
        try
        {
            var connection = await source.OpenConnectionAsync(stopping);
            try
            {
                await TableDdl.EnsureAsync(connection, shape, stopping);
                await TableViews.EnsureAsync(connection, contract.Views, stopping);
                var sql = new MergeSql(shape);
                return new(connection, sql, await StagingTable.BeginAsync(connection, sql, contract.Columns, stopping));
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.Classify(error, $"preparing table {shape.QualifiedName}");
        }
    }
}

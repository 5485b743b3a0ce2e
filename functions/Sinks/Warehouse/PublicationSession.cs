using System.Runtime.ExceptionServices;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Dedupe;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Warehouse;

/// <summary>One attempt at a publication over PostgreSQL.</summary>
/// <param name="target">Null when the contract has no table: then the attempt holds no connection.</param>
/// <param name="dedupe">Null when the contract has none.</param>
internal sealed class PublicationSession(
    NpgsqlDataSource source, TimeProvider time, PublicationAttempt attempt, DatasetContract contract, MergeTarget? target,
    DedupeState? dedupe) : IPublicationSession
{
    private readonly string what = $"publication {attempt.Plan.Id} of {attempt.Plan.Dataset}";

    /// <inheritdoc/>
    public PublicationAttempt Attempt => attempt;

    /// <inheritdoc/>
    public IPublishedKeys? Keys { get; } = dedupe is null ? null
        : PublishedKeys.Others(source, $"publication {attempt.Plan.Id} of {attempt.Plan.Dataset}", dedupe);

    /// <inheritdoc/>
    public async ValueTask StageAsync(RecordBatch batch, CancellationToken stopping)
    {
        if (target is null) return;
        try
        {
            await target.Staging.WriteAsync(batch, stopping);
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.Classify(error, $"staging rows of {what}");
        }
    }

    /// <inheritdoc/>
    public async Task<CommitOutcome> CommitAsync(PublicationResult result, CancellationToken stopping)
    {
        PublicationBalance.Require(attempt, result, contract);
        try
        {
            if (target is not null)
            {
                await target.Staging.EndAsync(stopping);
                return await CommitAsync(target.Connection, result, stopping);
            }
            await using var connection = await source.OpenConnectionAsync(stopping);
            return await CommitAsync(connection, result, stopping);
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.Classify(error, $"the commit of {what}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => target?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<CommitOutcome> CommitAsync(NpgsqlConnection connection, PublicationResult result, CancellationToken stopping)
    {
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var now = time.GetUtcNow();
        var replay = ReplayCommit.Of(connection, attempt, now);
        if (replay is not null) await replay.LockAsync(stopping);
        if (await CommitStatements.LockAsync(connection, attempt, stopping) is { } decided) return decided;
        if (replay is not null && !await replay.BeginAsync(contract, stopping)) return CommitOutcome.Fenced;
        var slices = SliceCommit.Of(connection, contract, attempt, result, now);
        if (slices is not null) await slices.BeginAsync(stopping);
        if (target is not null) await target.MergeAsync(attempt.Plan.Id, stopping);
        await CommitStatements.RecordAsync(connection, attempt, result, slices, now, stopping);
        if (slices is not null) await slices.EndAsync(stopping);
        if (replay is not null) await replay.EndAsync(stopping);
        if (dedupe is not null) await KeyCommit.AddAsync(connection, dedupe, attempt.Plan.Id, result.Keys, now, stopping);
        await QualityRecords.AddAsync(connection, attempt.Plan.Dataset, attempt.Plan.Id, result, now, stopping);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);   // a cancelled COMMIT would leave its outcome open
            return CommitOutcome.Committed;
        }
        catch (NpgsqlException error)
        {
            var lost = ExceptionDispatchInfo.Capture(error);
            // The row lock makes the question wait until the interrupted transaction has ended, one way or the other.
            var found = await Transactions.LookUpAsync(source, look => CommitStatements.LockAsync(look, attempt, stopping), stopping);
            if (found is null) lost.Throw();
            return found!.Value;
        }
    }
}

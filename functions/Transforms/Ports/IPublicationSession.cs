using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Ports;

/// <summary>Begins attempts at publications.</summary>
public interface IPublicationSessions
{
    /// <summary>Takes the next attempt number of a planned publication and opens its staging table, if the contract has a table.</summary>
    /// <returns>Null when it is committed already: nothing is left to transform.</returns>
    /// <exception cref="Pipeline.Domain.Failures.TerminalException">The ledger does not know it, or an operator gave it up.</exception>
    Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping);

    /// <summary>The pinned segments of a committed publication, to rebuild an object of it whose upload was lost.</summary>
    Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping);

    /// <summary>The keys as a committed publication is made again with them: a row is a duplicate unless its own record has its key.</summary>
    /// <returns>Null when the contract has no dedupe.</returns>
    IPublishedKeys? CommittedKeys(DatasetContract contract);
}

/// <summary>One attempt at a publication: rows are copied to a staging table while the transform runs, then ONE transaction
/// decides.</summary>
/// <remarks>Holds one PostgreSQL connection when the contract has a table. Disposing without a commit leaves nothing behind.</remarks>
public interface IPublicationSession : IAsyncDisposable
{
    /// <summary>What this attempt must read, and its number.</summary>
    PublicationAttempt Attempt { get; }

    /// <summary>The keys of other records; null when the contract has no dedupe.</summary>
    IPublishedKeys? Keys { get; }

    /// <summary>Copies rows into the staging table; does nothing when the contract has no table.</summary>
    ValueTask StageAsync(RecordBatch batch, CancellationToken stopping);

    /// <summary>
    /// Locks the publication, stops if it is committed or a later attempt began, merges staging into the target (newer wins, one key
    /// once), inserts objects as staged, rejections and counts, and sets it committed: one transaction.
    /// </summary>
    /// <exception cref="KeysTakenException">Another publication published keys of this one's rows meanwhile. Transform again.</exception>
    /// <exception cref="RowsRefusedException">The table refused rows; nothing was committed. Transform again without them.</exception>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">Run the whole attempt again.</exception>
    Task<CommitOutcome> CommitAsync(PublicationResult result, CancellationToken stopping);
}

/// <summary>Rows that the target table refuses (a constraint of its own). The batch goes on without them.</summary>
public sealed class RowsRefusedException(IReadOnlyList<RefusedRow> rows)
    : Exception($"The table refused {rows.Count} row(s), the first for: {rows[0].Reason}")
{
    /// <summary>Which rows, and why.</summary>
    public IReadOnlyList<RefusedRow> Rows { get; } = rows;
}

/// <summary>One refused row.</summary>
/// <param name="Reason">PostgreSQL's SQLSTATE, constraint and column; never the row's values.</param>
public sealed record RefusedRow(string Shard, long Position, string Reason);

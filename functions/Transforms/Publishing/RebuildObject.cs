using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Masking;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;

namespace Pipeline.Transforms.Publishing;

/// <summary>Makes a committed object again whose upload was lost before it was completed: the transform is run again for its key
/// alone.</summary>
/// <remarks>
/// Rows the table refused are known from the quarantine object, so that one comes first. A rebuilt quarantine object must have the bytes
/// the ledger knows: the table's refusals are only in it.
/// </remarks>
public sealed class RebuildObject(
    IPublicationSessions sessions, IPublicationLedger ledger, PublicationStores stores, ISealer sealer, LakeOptions options,
    IRates? rates = null, IAvroSchemas? schemas = null, MaskKeys? masks = null)
{
    /// <summary>Rebuilds an object, replaces its upload in the ledger and makes it visible.</summary>
    /// <param name="contract">The version the publication was committed under.</param>
    /// <exception cref="TransientException">Run it again.</exception>
    /// <exception cref="TerminalException">It cannot be rebuilt: a segment is gone, the contract is another, or the result
    /// differs.</exception>
    public async Task RunAsync(UnfinishedObject lost, DatasetContract contract, CancellationToken stopping)
    {
        var attempt = await sessions.CommittedAsync(lost.PublicationId, stopping);
        attempt.Plan.CheckVersion(contract);
        var refused = new RefusedRows();
        if (lost.Role == ObjectRole.Data)
        {
            await CompleteQuarantineAsync(lost.PublicationId, contract, stopping);
            refused = await QuarantineReader.TableRefusalsAsync(stores.Quarantine, contract.Dataset, lost.PublicationId, stopping);
        }
        var rebuilt = await TransformAsync(lost, attempt, contract, refused, stopping);
        if (!await ledger.ReplaceUploadAsync(lost.ObjectId, rebuilt, stopping))
        {
            await stores.Of(lost.Role).AbortAsync(rebuilt.Key, rebuilt.UploadId, stopping);   // somebody was first, or it was superseded
            return;
        }
        if (await stores.Of(lost.Role).CompleteAsync(rebuilt, stopping) != Completion.Visible)
            throw new TransientException($"'{rebuilt.Key}' was rebuilt and its upload was lost again; run it again.");
        await ledger.MarkVisibleAsync([lost.ObjectId], stopping);
    }

    private async Task CompleteQuarantineAsync(long publicationId, DatasetContract contract, CancellationToken stopping)
    {
        var unfinished = await ledger.UnfinishedAsync(publicationId, int.MaxValue, stopping);
        foreach (var each in unfinished.Where(each => each.Role == ObjectRole.Quarantine))
        {
            if (await stores.Quarantine.CompleteAsync(each.Staged, stopping) == Completion.Visible)
                await ledger.MarkVisibleAsync([each.ObjectId], stopping);
            else await RunAsync(each, contract, stopping);
        }
    }

    private async Task<StagedObject> TransformAsync(
        UnfinishedObject lost, PublicationAttempt attempt, DatasetContract contract, RefusedRows refused, CancellationToken stopping)
    {
        await using var transform = new PublicationTransform(
            stores, attempt, contract, new(LakeSchema.Of(contract), options, stores.Lake, lost.PublicationId, onlyKey: lost.Staged.Key),
            new QuarantineWriter(stores.Quarantine, sealer, contract.Dataset, lost.PublicationId), rates, schemas, masks,
            sessions.CommittedKeys(contract));
        await transform.ReadAsync(null, refused, stopping);
        await transform.FinishAsync(stopping);
        var rebuilt = transform.Objects.FirstOrDefault(each => each.Staged.Key == lost.Staged.Key)?.Staged;
        foreach (var other in transform.Objects.Where(each => each.Staged != rebuilt))
            await stores.Of(other.Role).AbortAsync(other.Staged.Key, other.Staged.UploadId, stopping);
        if (rebuilt is not null && (lost.Role == ObjectRole.Data || rebuilt.Sha256 == lost.Staged.Sha256)) return rebuilt;
        if (rebuilt is not null) await stores.Of(lost.Role).AbortAsync(rebuilt.Key, rebuilt.UploadId, stopping);
        throw new TerminalException(
            $"'{lost.Staged.Key}' of publication {lost.PublicationId} was lost, and its segments do not give it again. "
            + "Replay the publication's segments instead.");
    }
}

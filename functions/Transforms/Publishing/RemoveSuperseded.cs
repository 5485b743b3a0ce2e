using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Transforms.Publishing;

/// <summary>Removes objects that a later publication superseded.</summary>
/// <remarks>
/// Only once all of the later publication's objects are visible: who lists the folder sees the old rows, for a moment both, then the new
/// ones, and never none. The upload is aborted before the object is deleted, so that somebody who is just completing it either comes
/// before the deletion or finds nothing to complete.
/// </remarks>
public sealed class RemoveSuperseded(IPublicationLedger ledger, PublicationStores stores)
{
    private const int Page = 500;

    /// <summary>Removes what a publication superseded, or all that is superseded (null).</summary>
    /// <returns>Objects removed; those that could not be are left to the next run.</returns>
    /// <exception cref="TransientException">The ledger is away.</exception>
    public async Task<int> RunAsync(long? publicationId, CancellationToken stopping)
    {
        for (var total = 0; ;)
        {
            var superseded = await ledger.SupersededAsync(publicationId, Page, stopping);
            var removed = new List<long>();
            foreach (var each in superseded)
                if (await TryRemoveAsync(each, stopping)) removed.Add(each.ObjectId);
            if (removed.Count > 0) await ledger.MarkRemovedAsync(removed, stopping);
            total += removed.Count;
            if (removed.Count < Page) return total;
        }
    }

    private async Task<bool> TryRemoveAsync(UnfinishedObject each, CancellationToken stopping)
    {
        try
        {
            var store = stores.Of(each.Role);
            await store.AbortAsync(each.Staged.Key, each.Staged.UploadId, stopping);
            await store.DeleteAsync(each.Staged.Key, stopping);
            return true;
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            return false;
        }
    }
}

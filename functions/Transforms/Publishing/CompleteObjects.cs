using System.Collections.Concurrent;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Transforms.Publishing;

/// <summary>Makes a committed publication's objects visible, then removes those they supersede. Idempotent; what fails here is left to
/// the sweep, which does the same.</summary>
public sealed class CompleteObjects(IPublicationLedger ledger, PublicationStores stores)
{
    private const int Page = 1000;
    private const int AtOnce = 8;

    private readonly RemoveSuperseded remove = new(ledger, stores);

    /// <summary>Completes what the ledger has as unfinished, and notes it there.</summary>
    /// <returns>Objects left.</returns>
    /// <exception cref="TransientException">The ledger is away; the sweep goes on later.</exception>
    public async Task<int> RunAsync(long publicationId, CancellationToken stopping)
    {
        var left = await CompleteAsync(publicationId, stopping);
        if (left == 0) await remove.RunAsync(publicationId, stopping);
        return left;
    }

    private async Task<int> CompleteAsync(long publicationId, CancellationToken stopping)
    {
        while (true)
        {
            var unfinished = await ledger.UnfinishedAsync(publicationId, Page, stopping);
            var visible = new ConcurrentBag<long>();
            await Parallel.ForEachAsync(unfinished, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping },
                async (each, stop) =>
                {
                    if (await TryCompleteAsync(each, stop)) visible.Add(each.ObjectId);
                });
            if (!visible.IsEmpty) await ledger.MarkVisibleAsync([.. visible.Order()], stopping);
            if (visible.Count < unfinished.Count || unfinished.Count < Page) return unfinished.Count - visible.Count;
        }
    }

    private async Task<bool> TryCompleteAsync(UnfinishedObject each, CancellationToken stopping)
    {
        try
        {
            return await stores.Of(each.Role).CompleteAsync(each.Staged, stopping) == Completion.Visible;
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            return false;
        }
    }
}

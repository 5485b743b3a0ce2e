using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Finishes what crashes left behind, and reports what the ledger does not know (DESIGN 5, Sweep). Safe to run twice at once.</summary>
/// <param name="stores">Where segments, Parquet objects and refused records are kept.</param>
/// <param name="rebuild">Makes an object anew whose upload is lost, and puts the new upload into the ledger.</param>
/// <param name="sliced">Datasets whose slices are replaced; null for none.</param>
public sealed class SweepLeftovers(
    NpgsqlDataSource source, PublicationStores stores, IAlerts alerts, TimeProvider time,
    Func<UnfinishedObject, CancellationToken, Task> rebuild, IReadOnlyCollection<string>? sliced = null)
{
    /// <summary>Runs every step, though one of them fails; what cannot be done now is left for the next run.</summary>
    /// <exception cref="TransientException">PostgreSQL or a store is away as a whole.</exception>
    /// <exception cref="TerminalException">A right is missing, for instance: a person must act.</exception>
    public async Task<SweepReport> RunAsync(CancellationToken stopping)
    {
        var ledger = new SweepLedger(source);
        var publications = new PublicationLedger(source, time);
        var steps = new EachInTurn();
        var finished = await steps.RunAsync(() => new FinishStaged(publications, stores, alerts, rebuild).RunAsync(stopping));
        await steps.RunAsync(() => new SettleQuarantine(source).RunAsync(sliced ?? [], stopping));
        var removed = await steps.RunAsync(() => new RemoveSuperseded(publications, stores).RunAsync(null, stopping));
        var aborted = await steps.RunAsync(() => new AbortUploads(ledger, stores.Lake, time).RunAsync(stopping))
            + await steps.RunAsync(() => new AbortUploads(ledger, stores.Quarantine, time).RunAsync(stopping));
        var deleted = await steps.RunAsync(() => new DeleteOrphanSegments(ledger, stores.Segments, time).RunAsync(stopping))
            + await steps.RunAsync(() => new AbandonExtractions(ledger, stores.Segments, time).RunAsync(stopping))
            + await steps.RunAsync(() => new DeleteLostTries(ledger, stores.Segments, time).RunAsync(stopping))
            + await steps.RunAsync(() => new DeleteLostFileTries(source, stores.Segments, time).RunAsync(stopping));
        var unknown = await steps.RunAsync(() => new FindUnknownObjects(ledger, stores.Lake, alerts, time).RunAsync(stopping));
        await steps.RunAsync(() => new ResolveObjectAlerts(source, stores.Lake, alerts, time).RunAsync(stopping));
        var forgotten = await steps.RunAsync(() => new ForgetKeys(source).RunAsync(stopping));
        await steps.RunAsync(() => new ForgetFacts(source).RunAsync(time.GetUtcNow(), stopping));
        await steps.RunAsync(() => new FoldCounts(source, time).RunAsync(stopping));
        steps.ThrowFirst();
        return finished! with
        {
            UploadsAborted = aborted, OrphanSegmentsDeleted = deleted, UnknownObjects = unknown, ObjectsRemoved = removed,
            KeysForgotten = forgotten,
        };
    }
}

/// <summary>What one sweep did.</summary>
/// <param name="ObjectsCompleted">Staged objects that are visible now.</param>
/// <param name="ObjectsRebuilt">Objects whose upload was lost and was made anew.</param>
/// <param name="ObjectsWaiting">Staged objects that could not be finished in this run.</param>
/// <param name="UploadsAborted">Uploads that no commit can refer to any more.</param>
/// <param name="OrphanSegmentsDeleted">Segment objects that no claim can land any more.</param>
/// <param name="UnknownObjects">Visible objects that the ledger does not know; each has an alert.</param>
/// <param name="ObjectsRemoved">Objects that a later publication superseded.</param>
/// <param name="KeysForgotten">Dedupe keys that no row can meet any more.</param>
public sealed record SweepReport(
    int ObjectsCompleted, int ObjectsRebuilt, int ObjectsWaiting, int UploadsAborted = 0, int OrphanSegmentsDeleted = 0, int UnknownObjects = 0,
    int ObjectsRemoved = 0, long KeysForgotten = 0);

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Telemetry;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Masking;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Slices;

namespace Pipeline.Transforms.Publishing;

/// <summary>Transforms and commits one publication (DESIGN 5). Safe to run twice, at once or after a crash anywhere.</summary>
public sealed class TransformPublication(
    IPublicationSessions sessions, IPublicationLedger ledger, PublicationStores stores, ISealer sealer, LakeOptions options,
    IRates? rates = null, IAvroSchemas? schemas = null, MaskKeys? masks = null)
{
    /// <summary>Times the rows are transformed, the table refusing some each time, before a person must look.</summary>
    private const int MaxRounds = 3;

    private readonly CompleteObjects complete = new(ledger, stores);

    /// <summary>Reads the pinned segments, uploads objects, stages rows, commits, and makes the objects visible.</summary>
    /// <param name="contract">The version the publication was planned under.</param>
    /// <exception cref="TransientException">Run it again.</exception>
    /// <exception cref="TerminalException">
    /// A segment is missing or damaged, the contract is another version, or the table refuses rows without end: a person must act.
    /// </exception>
    public async Task<PublicationSummary> RunAsync(long publicationId, DatasetContract contract, CancellationToken stopping)
    {
        using var telemetry = new PublicationTelemetry(publicationId, contract.Dataset);
        try
        {
            return telemetry.Ended(await RoundsAsync(publicationId, contract, telemetry, stopping));
        }
        catch (Exception error)
        {
            telemetry.Failed(error);
            throw;
        }
    }

    private async Task<PublicationSummary> RoundsAsync(
        long publicationId, DatasetContract contract, PublicationTelemetry telemetry, CancellationToken stopping)
    {
        var refused = new RefusedRows();
        var withheld = new WithheldSlices(contract);
        for (var round = 1; ; round++)
        {
            try
            {
                return await AttemptAsync(publicationId, contract, refused, withheld, telemetry, stopping);
            }
            catch (SlicesWithheldException error)
            {
                withheld.Add(error.Slices);   // each round withholds one slice more at least, so that rounds end
                round--;
            }
            catch (KeysTakenException)
            {
                round--;   // each time another publication has committed, and of those there are few at once
            }
            catch (RowsRefusedException error)
            {
                var added = error.Rows.Count(refused.Add);
                if (round < MaxRounds && added != 0) continue;
                throw new TerminalException(
                    $"Publication {publicationId} of {contract.Dataset}: the table refused rows in {round} rounds, "
                    + $"the last for: {error.Rows[0].Reason}. Look at the table's constraints and triggers, then plan it again.", error);
            }
        }
    }

    private async Task<PublicationSummary> AttemptAsync(
        long publicationId, DatasetContract contract, RefusedRows refused, WithheldSlices withheld,
        PublicationTelemetry telemetry, CancellationToken stopping)
    {
        await using var session = await sessions.BeginAsync(publicationId, contract, stopping);
        if (session is null)
            return new(publicationId, PublicationEnd.AlreadyCommitted, default, 0, await complete.RunAsync(publicationId, stopping));

        session.Attempt.Plan.CheckVersion(contract);
        telemetry.Begun(session.Attempt);
        await using var transform = new PublicationTransform(
            stores, withheld.In(session.Attempt), contract, new(LakeSchema.Of(contract), options, stores.Lake, publicationId),
            new QuarantineWriter(stores.Quarantine, sealer, contract.Dataset, publicationId), rates, schemas, masks, session.Keys);
        var result = await TransformAsync(session, transform, refused, stopping);
        var outcome = await CommitAsync(session, transform, result, stopping);
        if (outcome == CommitOutcome.Fenced)
            return new(publicationId, PublicationEnd.Fenced, default, 0, await AbortAsync(transform.Objects, stopping));
        telemetry.Committed(result);
        var unfinished = await CompleteAsync(publicationId, result, stopping);
        return new(publicationId, PublicationEnd.Committed, result.Counts, result.Objects.Count, unfinished);
    }

    /// <returns>Objects that are not visible yet. The commit has decided: nothing that fails here may look like a failed
    /// publication.</returns>
    private async Task<int> CompleteAsync(long publicationId, PublicationResult result, CancellationToken stopping)
    {
        using var span = Spans.Start("complete")?.SetTag("pipeline.objects", result.Objects.Count);
        try
        {
            return await complete.RunAsync(publicationId, stopping);
        }
        catch (TransientException)
        {
            return result.Objects.Count;
        }
    }

    private async Task<PublicationResult> TransformAsync(
        IPublicationSession session, PublicationTransform transform, RefusedRows refused, CancellationToken stopping)
    {
        using var span = Spans.Start("transform");
        try
        {
            await transform.ReadAsync(session, refused, stopping);
            return await transform.FinishAsync(stopping);
        }
        catch
        {
            await AbortAsync(transform.Objects, stopping);
            throw;
        }
    }

    /// <remarks>
    /// When the commit fails in any other way its outcome may be unknown, and the uploads of a committed publication must not be aborted:
    /// the sweep aborts those that turn out to belong to none.
    /// </remarks>
    private async Task<CommitOutcome> CommitAsync(
        IPublicationSession session, PublicationTransform transform, PublicationResult result, CancellationToken stopping)
    {
        using var span = Spans.Start("commit")?.SetTag("pipeline.rows", result.Counts.Out);
        try
        {
            return await session.CommitAsync(result, stopping);
        }
        catch (Exception error) when (error is RowsRefusedException or KeysTakenException)
        {
            await AbortAsync(transform.Objects, stopping);
            throw;
        }
    }

    /// <returns>Uploads that could not be aborted; the sweep finds them.</returns>
    private async Task<int> AbortAsync(IReadOnlyList<PublishedObject> objects, CancellationToken stopping)
    {
        var left = 0;
        foreach (var made in objects)
        {
            if (stopping.IsCancellationRequested || !await TryAbortAsync(made, stopping)) left++;
        }
        return left;
    }

    private async Task<bool> TryAbortAsync(PublishedObject made, CancellationToken stopping)
    {
        try
        {
            await stores.Of(made.Role).AbortAsync(made.Staged.Key, made.Staged.UploadId, stopping);
            return true;
        }
        catch (Exception error) when (error is TransientException or TerminalException or OperationCanceledException)
        {
            return false;
        }
    }
}

using Pipeline.Domain.Alerts;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Completes the uploads of committed publications; one that cannot be completed does not keep the others waiting.</summary>
internal sealed class FinishStaged(
    PublicationLedger ledger, PublicationStores stores, IAlerts alerts, Func<UnfinishedObject, CancellationToken, Task> rebuild)
{
    private const int PageObjects = 200;

    /// <summary>Goes through every staged object once.</summary>
    public async Task<SweepReport> RunAsync(CancellationToken stopping)
    {
        var report = new SweepReport(0, 0, 0);
        UnfinishedObject? seen = null;
        while (true)
        {
            var page = await ledger.UnfinishedAfterAsync(seen, PageObjects, stopping);
            if (page.Count == 0) return report;
            var visible = new List<long>();
            foreach (var unfinished in page) report = Count(report, await FinishAsync(unfinished, visible, stopping));
            if (visible.Count > 0) await ledger.MarkVisibleAsync(visible, stopping);
            seen = page[^1];
        }
    }

    private enum Ending { Completed, Rebuilt, Waiting }

    private static SweepReport Count(SweepReport report, Ending ending) => ending switch
    {
        Ending.Completed => report with { ObjectsCompleted = report.ObjectsCompleted + 1 },
        Ending.Rebuilt => report with { ObjectsRebuilt = report.ObjectsRebuilt + 1 },
        _ => report with { ObjectsWaiting = report.ObjectsWaiting + 1 },
    };

    private async Task<Ending> FinishAsync(UnfinishedObject unfinished, List<long> visible, CancellationToken stopping)
    {
        try
        {
            if (await stores.Of(unfinished.Role).CompleteAsync(unfinished.Staged, stopping) == Completion.Visible)
            {
                visible.Add(unfinished.ObjectId);
                return Ending.Completed;
            }
            await rebuild(unfinished, stopping);
            return Ending.Rebuilt;
        }
        catch (TransientException)
        {
            return Ending.Waiting;   // counted, and tried again by the next sweep
        }
        catch (TerminalException error)
        {
            await alerts.RaiseAsync(new(
                AlertSeverity.Critical, unfinished.Dataset, "object_unfinished", unfinished.Staged.Key,
                $"{unfinished.Staged.Key} is committed and readers cannot see it: {error.Message}")
            {
                Since = null, Expected = "an object that readers see", Seen = error.Message,
                Query = AlertQueries.Object(unfinished.Staged.Key),
            }, stopping);
            return Ending.Waiting;
        }
    }
}

using System.Globalization;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Raises an alert for each visible object that the ledger does not know: readers that list the prefix would count it.</summary>
/// <remarks>Only date partitions that a commit touched since the last sweep are listed, so the cost does not grow with history.</remarks>
internal sealed class FindUnknownObjects(SweepLedger ledger, IObjectStore lake, IAlerts alerts, TimeProvider time)
{
    private const int PageObjects = 1000;
    private const int MaxAlerts = 100;   // of one dataset in one sweep

    // Commits of the last moments may not have been seen by the sweep before: its time is one worker's clock.
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>Compares every dataset and returns how many unknown objects there are.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var unknown = 0;
        foreach (var dataset in await ledger.DatasetsAsync(stopping))
        {
            var now = time.GetUtcNow();
            var touched = await ledger.TouchedAsync(dataset, Overlap, stopping);
            var found = 0;
            foreach (var prefix in touched.Select(made => PrefixOf(made.Key, made.DatePartition)).Distinct())
                found += await CompareAsync(dataset, prefix, MaxAlerts - found, stopping);
            await ledger.MarkComparedAsync(dataset, now, stopping);
            unknown += found;
        }
        return unknown;
    }

    private async Task<int> CompareAsync(string dataset, string prefix, int maxAlerts, CancellationToken stopping)
    {
        var found = 0;
        await foreach (var page in lake.ListAsync(prefix, null, stopping).Chunk(PageObjects).WithCancellation(stopping))
        {
            var visible = page.ToDictionary(each => each.Key);
            foreach (var key in await ledger.UnknownAsync([.. visible.Keys], stopping))
                if (found++ < maxAlerts) await alerts.RaiseAsync(Unknown(dataset, prefix, visible[key]), stopping);
        }
        return found;
    }

    private Alert Unknown(string dataset, string prefix, StoredObject visible) => new(
        AlertSeverity.Critical, dataset, "object_unknown", visible.Key,
        $"{lake.Root}/{visible.Key} lies among the objects of {dataset} and the ledger does not know it: who lists the prefix reads rows "
        + "nobody committed. Find out who wrote it and remove it; if the ledger was restored from an older backup, replay the dataset.")
    {
        Since = visible.ModifiedAt, Expected = "only objects that publications made",
        Seen = string.Create(CultureInfo.InvariantCulture, $"an object of {visible.Bytes} bytes that none made"),
        Query = AlertQueries.Reconcile(dataset, DayOf(prefix)),
    };

    // Of event_date=2026-11-01/; null where a folder names no day.
    private static DateOnly? DayOf(string prefix) => DateOnly.TryParseExact(
        prefix[(prefix.LastIndexOf('=') + 1)..], "yyyy-MM-dd'/'", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : null;

    /// <summary>The folder to compare: the date partition's, or the object's own where the key names no day.</summary>
    internal static string PrefixOf(string key, DateOnly? datePartition)
    {
        if (datePartition is { } day)
        {
            var folder = key.IndexOf(day.ToString("'='yyyy-MM-dd'/'", CultureInfo.InvariantCulture), StringComparison.Ordinal);
            if (folder >= 0) return key[..(key.IndexOf('/', folder) + 1)];
        }
        return key[..(key.LastIndexOf('/') + 1)];
    }
}

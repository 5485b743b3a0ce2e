using System.Globalization;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Aborts uploads that no commit can refer to: of lost attempts, and of publications that are decided.</summary>
/// <remarks>
/// An upload the ledger has as staged stays. One of a decided publication goes after an hour (a rebuild may be under way), one of an
/// open publication, or of none, after a day (an attempt may be under way).
/// </remarks>
internal sealed class AbortUploads(SweepLedger ledger, IObjectStore lake, TimeProvider time)
{
    private const int PageUploads = 500;
    private static readonly TimeSpan RebuildTime = TimeSpan.FromHours(1);
    private static readonly TimeSpan AttemptTime = TimeSpan.FromDays(1);

    /// <summary>Looks at every pending upload of the lake and returns how many were aborted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var aborted = 0;
        var now = time.GetUtcNow();
        await foreach (var page in lake.PendingUploadsAsync("", stopping).Where(upload => now - upload.BegunAt > RebuildTime).Chunk(PageUploads).WithCancellation(stopping))
        {
            var facts = await ledger.UploadsAsync(page, [.. page.Select(upload => PublicationOf(upload.Key))], stopping);
            foreach (var (upload, fact) in page.Zip(facts))
            {
                if (fact.Staged || (!fact.Decided && now - upload.BegunAt <= AttemptTime)) continue;
                await lake.AbortAsync(upload.Key, upload.UploadId, stopping);
                aborted++;
            }
        }
        return aborted;
    }

    /// <summary>The publication that names an object (<c>…/&lt;publication&gt;-&lt;n&gt;.parquet</c>, <c>…/&lt;publication&gt;.ndjson</c>); 0 when none does.</summary>
    internal static long PublicationOf(string key)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        var digits = name.IndexOfAny('-', '.');
        return digits > 0 && long.TryParse(name[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}

using Pipeline.Domain.Attribution;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Sources.Attribution;

/// <summary>Computes some days of a bucket of users from the lake and lands those whose result is another than what was landed
/// before.</summary>
/// <remarks>
/// Safe to run twice, at once or after a crash anywhere. The days' extractions are begun before anything is read: of two runs the one that
/// began later saw all that was there when the other began, and its rows stay, whichever ends first.
/// </remarks>
public sealed class AttributeBucket(
    IAttributionLedger ledger, ISliceLedger slices, PublicationStores stores, Campaigns campaigns, AttributionOptions options,
    TimeProvider time)
{
    /// <summary>Does it.</summary>
    /// <param name="datasets">Datasets that the pages feed.</param>
    /// <returns>The days that were landed.</returns>
    /// <exception cref="TransientException">Run it again.</exception>
    /// <exception cref="TerminalException">An object of the lake cannot be read: a person must act.</exception>
    public async Task<IReadOnlyList<DateOnly>> RunAsync(BucketDays work, IReadOnlyList<string> datasets, CancellationToken stopping)
    {
        var begun = new Dictionary<DateOnly, Extraction>();
        foreach (var day in work.Days) begun.Add(day, await slices.BeginAsync(WindowOf(work.Bucket, day), datasets, stopping));
        var standing = (await ledger.ResultsAsync(work.Bucket, work.Days[0], work.Days[^1], stopping))
            .ToDictionary(result => result.Day.Day);
        var events = new LakeEvents(ledger, stores.Lake);
        var objects = await events.FindAsync(work.Bucket, work.Days, campaigns.LookbackDays, stopping);
        var parts = new UserParts(objects, work.Days, options.MaxConversions, events, campaigns);

        var prints = await FingerprintsAsync(parts, work.Days, stopping);
        var changed = work.Days
            .Where(day => prints[day] != (standing.GetValueOrDefault(day)?.Fingerprint ?? ResultFingerprint.Empty)).ToList();
        await ledger.DropAsync([.. work.Days.Except(changed).Select(day => begun[day].Id)], stopping);
        if (changed.Count == 0) return changed;

        var results = changed.Select(day => new AttributionResult(
            new(work.Bucket, day), prints[day], (standing.GetValueOrDefault(day)?.Revision ?? 0) + 1, begun[day].Id)).ToList();
        var written = await WriteAsync(parts, results, begun, stopping);
        foreach (var result in results) await LandAsync(begun[result.Day.Day], written[result.Day.Day], result, stopping);
        return changed;
    }

    private static SliceWindow WindowOf(int bucket, DateOnly day) =>
        new(SourceKind.Attribution.Text(), AttributionNames.AccountOf(bucket), AttributionNames.Stream, day, day);

    private static async Task<Dictionary<DateOnly, string>> FingerprintsAsync(
        UserParts parts, IReadOnlyList<DateOnly> days, CancellationToken stopping)
    {
        var prints = days.ToDictionary(day => day, _ => new ResultFingerprint());
        await parts.EachAsync((correlation, _, isLast) =>
        {
            using var rows = new AttributionRows(correlation);
            foreach (var (day, print) in prints)
            {
                foreach (var record in rows.Conversions(day)) print.Add(record.Span);
                if (!isLast) continue;
                foreach (var record in rows.Counts(day)) print.Add(record.Span);
            }
            return Task.CompletedTask;
        }, stopping);
        return prints.ToDictionary(each => each.Key, each => each.Value.ToString());
    }

    private async Task<Dictionary<DateOnly, List<ExtractedPart>>> WriteAsync(
        UserParts parts, List<AttributionResult> results, Dictionary<DateOnly, Extraction> begun, CancellationToken stopping)
    {
        var pages = new ResultPages(stores.Segments, time, campaigns.LookbackDays);
        var written = results.ToDictionary(result => result.Day.Day, _ => new List<ExtractedPart>());
        await parts.EachAsync(async (correlation, part, isLast) =>
        {
            using var rows = new AttributionRows(correlation);
            foreach (var result in results)
                written[result.Day.Day].Add(await pages.WriteAsync(begun[result.Day.Day], part, rows, result.Revision, isLast, stopping));
        }, stopping);
        return written;
    }

    // Noted once it is landed: a crash in between lands the same rows again, under the same revision.
    private async Task LandAsync(Extraction extraction, List<ExtractedPart> parts, AttributionResult result, CancellationToken stopping)
    {
        if (!await slices.LandAsync(extraction, parts, suspect: null, stopping))
            throw new TransientException($"{extraction.Window} was given up while it was computed; run it again.");
        await ledger.RecordAsync(result, stopping);
    }
}

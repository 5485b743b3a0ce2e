using System.Globalization;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Cli.Plans;

/// <summary>What a backfill of days would ask a provider for, land and publish.</summary>
internal static class BackfillPlan
{
    /// <summary>Plans the windows as the app would, and scales the source's last extractions and what was published of them.</summary>
    public static async Task<PlanAnswer> OfAsync(
        PlanHistory history, ISliceSource source, IReadOnlyList<string> accounts, DateOnly from, DateOnly to, Prices prices,
        CancellationToken stopping)
    {
        var windows = accounts.SelectMany(account => source.Plan(account, from, to)).ToList();
        var slices = windows.Sum(window => (long)window.Days);
        var past = await history.ExtractedAsync(source.Name, stopping);
        var share = new Share(slices, past.Days);
        var segments = Scaled(past.Segments, share);
        // A backfill gets half of an account's places; accounts go side by side.
        var atOnce = Math.Max(1, source.AtOnce / 2) * Math.Max(1, accounts.Count);
        var (publishing, unpublished) = await PublishingAsync(history, source.Name, share, stopping);
        return new()
        {
            Kind = "backfill", Of = source.Name, From = from, To = to, Slices = slices, Windows = windows.Count, Segments = segments,
            Records = Scaled(past.Pages, share), RawBytes = Scaled(past.RawBytes, share), Publications = publishing?.Publications,
            Rows = Scaled(past.Rows, share), Objects = publishing?.Objects, ObjectBytes = publishing?.ObjectBytes,
            Minutes = share.IsKnown ? share.Of(past.Time.TotalMinutes) / atOnce : null, Dollars = segments * prices.Put + publishing?.Dollars(prices),
            Arithmetic = publishing is { } made
                ? string.Create(CultureInfo.InvariantCulture, $"{segments} segments x {prices.Put} + {made.Arithmetic(prices)}") : "",
            Notes = [.. Notes(source, accounts.Count, past, unpublished)],
        };
    }

    // Null where no dataset that the source feeds has published anything.
    private static async Task<(Publishing? Publishing, IReadOnlyList<string> Unpublished)> PublishingAsync(
        PlanHistory history, string source, Share share, CancellationToken stopping)
    {
        var (all, unpublished) = ((Publishing?)null, new List<string>());
        foreach (var (dataset, fed) in await history.FedAsync(source, stopping))
        {
            var landed = new LandedTotals(share.Of(fed.Segments), share.Of(fed.Records), share.Of(fed.RawBytes));
            if (Publishing.Of(landed, await history.PublishedAsync(dataset, stopping)) is { } one) all = all is { } others ? others + one : one;
            else unpublished.Add(dataset);
        }
        return (all, unpublished);
    }

    private static IEnumerable<string> Notes(
        ISliceSource source, int accounts, ExtractedTotals past, IReadOnlyList<string> unpublished)
    {
        if (past.Extractions == 0)
            yield return "Nothing was extracted of this source yet: pages, rows, objects, time and money are not known.";
        else
            yield return $"Pages, rows and time as in the last {past.Extractions} extractions; rows count in every dataset they feed. "
                + "Publications and objects as those datasets' lately, by raw bytes. Minutes are the extraction's; publishing goes beside it.";
        if (unpublished.Count > 0)
            yield return $"Nothing was published yet of {string.Join(", ", unpublished)}: what that would make and cost is left out.";
        yield return $"{accounts} accounts side by side, {Math.Max(1, source.AtOnce / 2)} windows of each at once; the provider's limits "
            + "may make it longer.";
        yield return "A window is one question at least: waiting, pages and smaller pieces ask more.";
        yield return PlanAnswer.LeftOut;
    }

    private static long? Scaled(long past, Share share) => share.IsKnown ? share.Of(past) : null;
}

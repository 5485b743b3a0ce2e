using System.Globalization;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Cli.Plans;

/// <summary>What a backfill of days would ask a provider for.</summary>
internal static class BackfillPlan
{
    /// <summary>Plans the windows as the app would, and scales the source's last extractions.</summary>
    public static async Task<PlanAnswer> OfAsync(
        PlanHistory history, ISliceSource source, IReadOnlyList<string> accounts, DateOnly from, DateOnly to, Prices prices,
        CancellationToken stopping)
    {
        var windows = accounts.SelectMany(account => source.Plan(account, from, to)).ToList();
        var slices = windows.Sum(window => (long)window.Days);
        var past = await history.ExtractedAsync(source.Name, stopping);
        var share = past.Days == 0 ? (double?)null : (double)slices / past.Days;
        var (segments, hours) = (Scaled(past.Segments, share), past.Time.TotalHours * share);
        // A backfill gets half of an account's places; accounts go side by side.
        var atOnce = Math.Max(1, source.AtOnce / 2) * Math.Max(1, accounts.Count);
        var dollars = segments * (prices.Put + prices.Get);
        return new()
        {
            Kind = "backfill", Of = source.Name, From = from, To = to, Slices = slices, Windows = windows.Count, Segments = segments,
            Records = Scaled(past.Pages, share), RawBytes = Scaled(past.RawBytes, share), Rows = Scaled(past.Rows, share),
            Minutes = hours * 60 / atOnce, Dollars = dollars,
            Arithmetic = string.Create(CultureInfo.InvariantCulture, $"{segments} segments x ({prices.Put} + {prices.Get})"),
            Notes =
            [
                past.Extractions == 0 ? "Nothing was extracted of this source yet: pages, rows, time and money are not known."
                    : $"Pages, rows and time as in the last {past.Extractions} extractions; rows count in every dataset they feed.",
                $"{accounts.Count} accounts side by side, {Math.Max(1, source.AtOnce / 2)} windows of each at once; the provider's limits "
                + "may make it longer.",
                "A window is one question at least: waiting, pages and smaller pieces ask more. Publishing is planned by --dataset.",
            ],
        };
    }

    private static long? Scaled(long past, double? share) => share is { } known ? (long)Math.Ceiling(past * known) : null;
}

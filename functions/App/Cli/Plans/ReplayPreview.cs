using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Cli.Plans;

/// <summary>What a replay of days would read and make.</summary>
internal static class ReplayPreview
{
    /// <summary>Counts what is landed and scales it by the dataset's last publications.</summary>
    /// <param name="maxRawBytes">Raw bytes of one publication at most, where slices are not replaced.</param>
    public static async Task<PlanAnswer> OfAsync(
        PlanHistory history, DatasetContract contract, string? account, DateOnly from, DateOnly to, long maxRawBytes, int parallel,
        Prices prices,
        CancellationToken stopping)
    {
        var landed = contract.IsReplaceable()
            ? await history.SlicesAsync(contract.Dataset, account, from, to, stopping)
            : await history.HoursAsync(contract.Dataset, from, to, stopping);
        var past = await history.PublishedAsync(contract.Dataset, stopping);
        var publishing = Publishing.Of(landed, past);
        var most = contract.IsReplaceable() ? PlanHistory.ReplayRawBytes : maxRawBytes;
        var publications = (landed.RawBytes + most - 1) / most;
        return new()
        {
            Kind = "replay", Of = contract.Dataset, From = from, To = to, Segments = landed.Segments, Records = landed.Records,
            RawBytes = landed.RawBytes,
            Publications = publications, Rows = past.RowsIn == 0 ? null : (long)(landed.Records * ((double)past.RowsOut / past.RowsIn)),
            Objects = publishing?.Objects, ObjectBytes = publishing?.ObjectBytes,
            Minutes = publishing?.Hours * 60 / Math.Min(parallel, Math.Max(1, publications)), Dollars = publishing?.Dollars(prices),
            Arithmetic = publishing?.Arithmetic(prices) ?? "",
            Notes = [.. Notes(contract, past)],
        };
    }

    private static IEnumerable<string> Notes(DatasetContract contract, PublishedTotals past)
    {
        yield return contract.IsReplaceable() ? "Days are those of the slices." : "Days are those on which records landed, in UTC.";
        if (past.Publications == 0) yield return "Nothing was published of this dataset yet: rows, objects, time and money are not known.";
        else yield return $"Rows, objects and time as in the last {past.Publications} publications.";
        if (contract.Sources.Any(source => source.Pages is not null))
            yield return "Records are pages of the provider; a page has many rows.";
        yield return PlanAnswer.LeftOut;
    }
}

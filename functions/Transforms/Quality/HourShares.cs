using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether more rows than may be, or than usual, are refused, duplicates, or without a value.</summary>
internal static class HourShares
{
    private const double LeastRejects = 0.02, LeastDuplicates = 0.05, LeastNulls = 0.05;

    /// <summary>All shares: against the contract's bounds in the present hour and the last, against history in the last.</summary>
    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        foreach (var share in Shares(contract, facts))
        {
            var hour = Hours.LastWhole(facts.At);
            var pool = ShareRule.Pool(share.Points, hour);
            var verdict = pool is { } joined ? ShareRule.Judge(ShareRule.Before(share.Points, joined), joined, share.Least) : null;
            var above = Bounded(share, facts.At);
            if (above is { } seen) yield return new(share.Code, share.Subject, share.OverBound(seen.Share, seen.Hour));
            else if (verdict is { IsHigh: true }) yield return new(share.Code, share.Subject, share.OverUsual(verdict, pool!.Value.Hour));
            else if (verdict is not null || pool is not null) yield return new(share.Code, share.Subject, null);
        }
    }

    // The present hour counts as soon as it has rows enough; otherwise the one before stands.
    private static (double Share, DateTimeOffset Hour)? Bounded(WatchedShare share, DateTimeOffset at)
    {
        if (share.Bound is not { } bound) return null;
        foreach (var hour in new[] { Hours.Begin(at), Hours.Begin(at).AddHours(-1) })
            if (ShareRule.Pool(share.Points, hour) is { } pool)
                return ShareRule.Above(bound, pool) is { } seen ? (seen, pool.Hour) : null;
        return null;
    }

    private static IEnumerable<WatchedShare> Shares(DatasetContract contract, QualityFacts facts)
    {
        var queries = new FactQueries(contract.Dataset);
        // A slice of which too much is refused is withheld, with an alert of its own.
        if (contract.Table is not { Mode: TableMode.ReplaceSlice })
            yield return new(contract.Dataset, QualityCodes.RejectRatioHigh, "rows", "refused", contract.Quality.MaxRejectRatio, LeastRejects,
            [.. facts.Published.Select(each => new SharePoint(each.Hour, each.Rejected, each.RowsIn))], queries.Rejections,
            "Look at the reasons in quarantine; when the source changed its form, change the contract and replay.");
        // Of slices, what a newer extraction has already counts as a duplicate too: that says nothing of the source.
        if (contract.Dedupe is not null)
            yield return new(contract.Dataset, QualityCodes.DuplicateRatioHigh, "rows", "duplicates", contract.Quality.MaxDuplicateRatio,
                LeastDuplicates,
            [.. facts.Published.Select(each => new SharePoint(each.Hour, each.Duplicates, each.RowsIn))], queries.Published,
            "A source sends twice: look for a producer or a file that was started or dropped again. The rows are published once.");
        foreach (var column in ProfiledColumns.Of(contract))
        {
            var hours = facts.Columns.Where(each => each.Column == column.Name).ToList();
            yield return new(contract.Dataset, QualityCodes.NullRatioHigh, column.Name, $"without '{column.Name}'",
                column.Bounds?.MaxNullRatio, LeastNulls,
                [.. hours.Select(each => new SharePoint(each.Hour, each.Nulls, each.Rows))], since => queries.Column(column.Name, since),
                "A producer stopped filling the field or renamed it: look at new fields of the last publications, and name both in the "
                + "contract.");
        }
    }

    private sealed record WatchedShare(
        string Dataset, string Code, string Subject, string What, double? Bound, double Least, IReadOnlyList<SharePoint> Points,
        Func<DateTimeOffset, string> Query, string Advice)
    {
        public Alert OverBound(double share, DateTimeOffset hour) =>
            Finding(share, $"the contract allows {Figures.Percent(Bound!.Value)}", hour);

        public Alert OverUsual(ShareVerdict verdict, DateTimeOffset hour) =>
            Finding(verdict.Share, $"usually it is {Figures.Percent(verdict.Usual)}", hour);

        private Alert Finding(double share, string expected, DateTimeOffset hour) => new(
            AlertSeverity.Warning, Dataset, Code, Subject,
            $"Of the rows of {Dataset} since {Figures.Text(hour)}, {Figures.Percent(share)} are {What}; {expected}. {Advice}")
        {
            Since = hour, Expected = expected, Seen = $"{Figures.Percent(share)} {What}", Query = Query(hour.AddDays(-2)),
        };
    }
}

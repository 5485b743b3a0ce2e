using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether the last day of each account's stream is like the days before. Days come once a day, each whole.</summary>
internal static class SliceRules
{
    private const int LeastDays = 7, RecentDays = 8, LeastDivisor = 50;
    private const double LeastNulls = 0.05, LeastScore = 5, LeastNoise = 0.05;

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        // What is computed of other datasets changes while its day lasts, and those are judged themselves.
        if (contract.Sources.All(source => source.Kind == SourceKind.Attribution)) yield break;
        var columns = facts.SliceColumns.ToLookup(each => (each.Series, each.Column));
        foreach (var days in facts.Slices.GroupBy(each => each.Series))
        {
            var last = days.MaxBy(each => each.Day)!.Day;
            if (last < DateOnly.FromDateTime(facts.At.UtcDateTime).AddDays(-RecentDays)) continue;
            var series = new Series(contract, days.Key, last, new FactQueries(contract.Dataset));
            foreach (var judged in Volumes(series, [.. days], columns)) yield return judged;
            foreach (var ratio in contract.Quality.Ratios)
                if (Ratio(series, ratio, [.. columns[(days.Key, ratio.Of)]], [.. columns[(days.Key, ratio.To)]]) is { } judged)
                    yield return judged;
            foreach (var column in ProfiledColumns.Of(contract))
                foreach (var judged in Column(series, column, [.. columns[(days.Key, column.Name)]])) yield return judged;
        }
    }

    private static IEnumerable<Judgement> Volumes(Series series, List<SliceDay> days, ILookup<(SliceSeries, string), SliceColumn> columns)
    {
        var rows = days.ToDictionary(each => (long)each.Day.DayNumber, each => (double)each.Rows);
        foreach (var judged in Volume(series, "rows", rows)) yield return judged;
        foreach (var column in series.Contract.Quality.VolumeOf)
        {
            var totals = columns[(series.Key, column)].ToDictionary(each => (long)each.Day.DayNumber, each => each.Total);
            foreach (var judged in Volume(series, column, totals)) yield return judged;
        }
    }

    private static IEnumerable<Judgement> Volume(Series series, string what, Dictionary<long, double> counts)
    {
        var rule = new VolumeRule(new Seasonal(counts, week: 7, fillsGaps: false), series.Contract.Quality.VolumeDeviation);
        if (rule.Judge(series.Last.DayNumber) is not { } verdict) yield break;
        var subject = $"{series.Key}: {what}";
        yield return new(QualityCodes.VolumeLow, subject, verdict.Side < 0 ? Finding(QualityCodes.VolumeLow) : null);
        yield return new(QualityCodes.VolumeHigh, subject, verdict.Side > 0 ? Finding(QualityCodes.VolumeHigh) : null);

        Alert Finding(string code) => series.Finding(code, subject,
            $"{series.Key} has {Figures.Text(verdict.Seen)} as {what} of {Figures.Text(series.Last)}; by "
            + $"{verdict.Usual.By.Replace("hours", "days", StringComparison.Ordinal)} it should be about "
            + $"{Figures.Text(verdict.Usual.Count)}. Look at the account: campaigns that ended or began, a changed budget, an answer "
            + "that was cut.",
            $"about {Figures.Text(verdict.Usual.Count)}", Figures.Text(verdict.Seen),
            what == "rows" ? series.Queries.Slices(series.Key, series.Since) : series.Queries.SliceColumns(series.Key, series.Since, what));
    }

    private static Judgement? Ratio(Series series, RatioSpec ratio, List<SliceColumn> of, List<SliceColumn> to)
    {
        var divisors = to.ToDictionary(each => each.Day, each => each.Total);
        var points = of.Where(each => each.Total > 0 && divisors.GetValueOrDefault(each.Day) >= LeastDivisor)
            .Select(each => (each.Day, Log: Math.Log(each.Total / divisors[each.Day]), Least: Math.Min(each.Total, divisors[each.Day])))
                .ToList();
        if (points.Find(each => each.Day == series.Last) is not { Least: > 0 } last) return null;
        var history = points.Where(each => each.Day < series.Last).Select(each => each.Log).ToList();
        if (history.Count < LeastDays) return null;
        var usual = Robust.Median(history);
        var noise = Math.Max(Robust.Spread(history, usual), LeastNoise);
        var score = Math.Abs(last.Log - usual) / Math.Sqrt(noise * noise + 1 / Math.Max(last.Least, 1));
        var isShifted = score > LeastScore && Math.Abs(last.Log - usual) > -Math.Log(1 - ratio.Deviation);
        var subject = $"{series.Key}: {ratio.Name}";
        return new(QualityCodes.RatioShifted, subject, !isShifted ? null : series.Finding(QualityCodes.RatioShifted, subject,
            $"The {ratio.Name} ({ratio.Of} to {ratio.To}) of {series.Key} is {Figures.Text(Math.Exp(last.Log))} on "
            + $"{Figures.Text(series.Last)}; in the weeks before it was about {Figures.Text(Math.Exp(usual))}. Look at the account: new "
            + "ads, another audience, invalid traffic, or a figure the provider counts otherwise.",
            $"about {Figures.Text(Math.Exp(usual))}", Figures.Text(Math.Exp(last.Log)),
                series.Queries.SliceColumns(series.Key, series.Since, ratio.Of, ratio.To)));
    }

    private static IEnumerable<Judgement> Column(Series series, ProfiledColumn column, List<SliceColumn> days)
    {
        if (days.Find(each => each.Day == series.Last) is not { } last) yield break;
        var subject = $"{series.Key}: {column.Name}";
        if (column.Bounds is { HasRange: true } bounds)
        {
            var query = series.Queries.SliceColumns(series.Key, series.Since, column.Name);
            yield return new(QualityCodes.ValuesOutOfRange, subject, HourValues.Outside(
                series.Contract.Dataset, subject, bounds, last.Rows - last.Nulls, last.Outside, series.Begin, query));
        }
        var pool = new SharePoint(series.Begin, last.Nulls, last.Rows);
        var above = column.Bounds?.MaxNullRatio is { } bound ? ShareRule.Above(bound, pool) : null;
        var history = days.Where(each => each.Day < series.Last && each.Rows > 0).Select(each => (double)each.Nulls / each.Rows).ToList();
        var verdict = last.Rows == 0 ? null : ShareRule.Judge(history, pool, LeastNulls, LeastDays);
        if (above is null && verdict is null) yield break;
        var expected = above is not null ? $"at most {Figures.Percent(column.Bounds!.MaxNullRatio!.Value)}"
            : $"about {Figures.Percent(verdict!.Usual)}";
        yield return new(QualityCodes.NullRatioHigh, subject, above is null && !verdict!.IsHigh ? null
            : series.Finding(QualityCodes.NullRatioHigh, subject,
            $"Of the rows of {series.Key} of {Figures.Text(series.Last)}, {Figures.Percent(pool.Part / pool.Whole)} are without "
            + $"'{column.Name}', expected {expected}. The provider may have renamed the field: look at new fields of the last "
            + "publications, name both in the contract, and replay.",
            $"{expected} without '{column.Name}'", Figures.Percent(pool.Part / pool.Whole),
                series.Queries.SliceColumns(series.Key, series.Since, column.Name)));
    }

    /// <summary>The series of days that is judged.</summary>
    private sealed record Series(DatasetContract Contract, SliceSeries Key, DateOnly Last, FactQueries Queries)
    {
        public DateTimeOffset Begin => new(Last.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

        public DateOnly Since => Last.AddDays(-14);

        public Alert Finding(string code, string subject, string text, string expected, string seen, string query) =>
            new(AlertSeverity.Warning, Contract.Dataset, code, subject, text)
            {
                Since = Begin, Expected = expected, Seen = seen, Query = query,
            };
    }
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether two tellings of one figure differ as they always do.</summary>
internal static class AgreementRules
{
    private const int LeastDays = 7, HistoryDays = 28, PresentDays = 14;
    private const double LeastFigure = 50, LeastScore = 5, LeastNoise = 0.01;

    /// <summary>How long behind its day an event may land before the day is compared.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(6);

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts) =>
        contract.Quality.Agreements.SelectMany(agreement =>
        agreement.WithStream is { } stream ? Streams(contract.Dataset, agreement, stream, facts)
            : Events(contract.Dataset, agreement, facts));

    private static IEnumerable<Judgement> Streams(string dataset, AgreementSpec agreement, string with, QualityFacts facts)
    {
        var totals = facts.SliceColumns.Where(each => each.Column == agreement.Column).ToLookup(each => each.Series);
        foreach (var series in totals.Select(each => each.Key).Where(each => each.Stream == agreement.Stream))
        {
            var other = totals[series with { Stream = with }].ToDictionary(each => each.Day, each => each.Total);
            var days = totals[series].Where(each => other.ContainsKey(each.Day))
                .Select(each => new Pair(each.Day, each.Total, other[each.Day])).ToList();
            var subject = $"{series.Source} {series.Account}: {agreement.Name}";
            if (Compare(agreement, days) is not { } verdict) continue;
            yield return new(QualityCodes.StreamsDisagree, subject, !verdict.Differs ? null : Finding(
                dataset, QualityCodes.StreamsDisagree, subject, agreement, verdict, $"that of '{with}'",
                new FactQueries(dataset).Streams(series.Source, series.Account, agreement.Column, verdict.Last.Day.AddDays(-PresentDays))));
        }
    }

    private static IEnumerable<Judgement> Events(string dataset, AgreementSpec agreement, QualityFacts facts)
    {
        var settled = DateOnly.FromDateTime((facts.At - Settling).UtcDateTime);
        var told = facts.SliceColumns.Where(each => each.Column == agreement.Column && each.Series.Stream == agreement.Stream
            && each.Day < settled)
            .GroupBy(each => each.Day).ToDictionary(each => each.Key, each => each.ToList());
        if (told.Count == 0) yield break;
        // A day is compared when every account has it that most of the last days had.
        var latest = told.Keys.Max();
        var recent = told.Where(each => each.Key > latest.AddDays(-PresentDays)).ToList();
        var accounts = recent.SelectMany(each => each.Value).GroupBy(each => each.Series).Where(each => each.Count() > recent.Count / 2)
            .Select(each => each.Key).ToHashSet();
        var days = told.Where(each => accounts.IsSubsetOf(each.Value.Select(column => column.Series)))
            .Select(each => new Pair(each.Key, each.Value.Sum(column => column.Total),
                facts.EventDays.GetValueOrDefault((agreement.WithDataset!, each.Key)))).ToList();
        if (Compare(agreement, days) is not { } verdict) yield break;
        yield return new(QualityCodes.DatasetsDisagree, agreement.Name, !verdict.Differs ? null : Finding(
            dataset, QualityCodes.DatasetsDisagree, agreement.Name, agreement, verdict, $"the rows of {agreement.WithDataset}",
            new FactQueries(dataset).Events(agreement.Stream, agreement.Column, agreement.WithDataset!,
                verdict.Last.Day.AddDays(-PresentDays))));
    }

    private static Verdict? Compare(AgreementSpec agreement, List<Pair> days)
    {
        var known = days.Where(each => Math.Max(each.Told, each.Other) >= LeastFigure).OrderBy(each => each.Day).ToList();
        if (known.Count <= LeastDays) return null;
        var last = known[^1];
        var history = known.Where(each => each.Day < last.Day && each.Day >= last.Day.AddDays(-HistoryDays)).Select(each => each.Log)
            .ToList();
        if (history.Count < LeastDays) return null;
        var usual = Robust.Median(history);
        var noise = Math.Max(Robust.Spread(history, usual), LeastNoise);
        var counting = 1 / Math.Max(last.Told, 1) + 1 / Math.Max(last.Other, 1);
        var score = Math.Abs(last.Log - usual) / Math.Sqrt(noise * noise + counting);
        return new(score > LeastScore && Math.Abs(last.Log - usual) > -Math.Log(1 - agreement.Deviation), last, Math.Exp(usual));
    }

    private static Alert Finding(
        string dataset, string code, string subject, AgreementSpec agreement, Verdict verdict, string other, string query) => new(
        AlertSeverity.Warning, dataset, code, subject,
        $"On {Figures.Text(verdict.Last.Day)} the {agreement.Column} of '{agreement.Stream}' are {Figures.Text(verdict.Last.Told)} and "
        + $"{other} {Figures.Text(verdict.Last.Other)}, {Figures.Text(Math.Exp(verdict.Last.Log))} to 1; usually it is "
        + $"{Figures.Text(verdict.Usual)} to 1. One of the two misses or repeats rows: compare them by campaign and hour, and look at "
        + "the alerts of both.")
    {
        Since = new(verdict.Last.Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), Expected = $"about {Figures.Text(verdict.Usual)} to 1",
        Seen = $"{Figures.Text(Math.Exp(verdict.Last.Log))} to 1", Query = query,
    };

    private sealed record Pair(DateOnly Day, double Told, double Other)
    {
        public double Log => Math.Log((Told + 0.5) / (Other + 0.5));
    }

    private sealed record Verdict(bool Differs, Pair Last, double Usual);
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether each account's stream has every day, and the next one in time.</summary>
internal static class SliceCompleteness
{
    private const int LookbackDays = 28, LeastDays = 3, CadenceDays = 14;

    /// <summary>How much later than usual a day may come, and how long a gap may stand while days come out of order.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(6), Settling = TimeSpan.FromHours(12);

    private static readonly TimeSpan HalfDay = TimeSpan.FromHours(12);

    /// <summary>A day that came later than this was backfilled and tells nothing of the daily run.</summary>
    private static readonly TimeSpan MostUsual = TimeSpan.FromDays(4);

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        // Without rows there is nothing to compute: days may be left out.
        if (contract.Sources.All(source => source.Kind == SourceKind.Attribution)) yield break;
        foreach (var group in facts.Slices.GroupBy(each => each.Series))
        {
            var days = group.OrderBy(each => each.Day).ToList();
            if (Missing(contract.Dataset, group.Key, days, facts) is { } complete) yield return complete;
            if (Late(contract.Dataset, group.Key, days, facts) is { } judged) yield return judged;
        }
    }

    private static Judgement? Missing(string dataset, SliceSeries series, List<SliceDay> days, QualityFacts facts)
    {
        var open = facts.OpenOf(QualityCodes.SliceMissing, series.ToString())?.Since;
        if (open < facts.At - QualityFacts.Kept) return null;   // whether the day came is forgotten
        var known = days.Select(each => each.Day).ToHashSet();
        var from = Later(days[0].Day, days[^1].Day.AddDays(-LookbackDays));
        // A day that was missed is so behind the look-back too.
        if (open is { } since && DateOnly.FromDateTime(since.UtcDateTime) is var first && first < from) from = first;
        var settled = Settled(days, facts.At);
        var missing = Enumerable.Range(0, Math.Max(0, settled.DayNumber - from.DayNumber)).Select(from.AddDays)
            .Where(day => !known.Contains(day)).ToList();
        // Days that were missed when a person ended it make the same finding, even when the first of them is out of sight; a day that is
        // missed since makes another one.
        var ended = facts.EndedOf(QualityCodes.SliceMissing, series.ToString());
        var begins = ended is null ? missing : missing.Where(day => day >= Settled(days, ended.SeenAt)).ToList();
        var list = string.Join(", ", missing.Take(5).Select(Figures.Text)) + (missing.Count > 5 ? ", …" : "");
        return new(QualityCodes.SliceMissing, series.ToString(), missing.Count == 0 ? null : new(
            AlertSeverity.Warning, dataset, QualityCodes.SliceMissing, series.ToString(),
            $"{missing.Count} day(s) of {series} are not in {dataset}, and later ones are: {list}. Start a backfill of these days.")
        {
            Since = begins.Count > 0 ? Begin(begins[0]) : ended?.Since, Expected = "every day of the look-back", Seen = $"none of {list}",
            Query = new FactQueries(dataset).Slices(series, from),
        });
    }

    private static Judgement? Late(string dataset, SliceSeries series, List<SliceDay> days, QualityFacts facts)
    {
        var ages = days.TakeLast(CadenceDays).Select(each => each.FirstAt - End(each.Day)).Where(age => age < MostUsual).ToList();
        var next = days[^1].Day.AddDays(1);
        // Of an account that comes back too few days are known; one that is hardly over is not late by any habit.
        if (ages.Count < LeastDays)
            return facts.At <= End(next) + Grace ? new(QualityCodes.ExtractionLate, series.ToString(), null) : null;
        var usual = TimeSpan.FromHours(Robust.Median([.. ages.Select(age => age.TotalHours)]));
        var due = End(next) + usual;
        // By the days that are still in sight a day is due a little sooner or later; what a person ended is the same all the while.
        var ended = facts.EndedOf(QualityCodes.ExtractionLate, series.ToString())?.Since;
        var since = ended is { } then && (due - then).Duration() < HalfDay ? then : due;
        return new(QualityCodes.ExtractionLate, series.ToString(), facts.At <= due + Grace ? null : new(
            AlertSeverity.Critical, dataset, QualityCodes.ExtractionLate, series.ToString(),
            $"{Figures.Text(next)} of {series} should have been in {dataset} by {Figures.Text(due)} and is not. Look at the last "
            + "extraction: whether it ran, whether the account is stopped or its budget is used up, whether the day is withheld.")
        {
            Since = since, Expected = $"{Figures.Text(next)} by {Figures.Text(due)}", Seen = $"the last day is {Figures.Text(days[^1].Day)}",
            Query = new FactQueries(dataset).Slices(series, days[^1].Day.AddDays(-CadenceDays)),
        });
    }

    // The day before which none is expected any more.
    private static DateOnly Settled(List<SliceDay> days, DateTimeOffset at) =>
        days.FindLast(each => each.FirstAt <= at - Settling)?.Day ?? days[0].Day;

    private static DateTimeOffset Begin(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static DateTimeOffset End(DateOnly day) => Begin(day.AddDays(1));

    private static DateOnly Later(DateOnly left, DateOnly right) => left > right ? left : right;
}

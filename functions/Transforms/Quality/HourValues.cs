using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether the values of columns that the contract bounds lie within, and whether their mean is where it was.</summary>
internal static class HourValues
{
    /// <summary>Share of values outside of the bounds that is let pass, and the number: a stray value is not an incident.</summary>
    private const double OutsideShare = 0.001, OutsideLeast = 3;

    private const double MeanDeviation = 0.3, LeastScore = 6;
    private const int LeastValues = 50, LeastHistory = 24;

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        var hour = Hours.LastWhole(facts.At);
        foreach (var bounds in contract.Quality.Columns.Where(each => each.HasRange))
        {
            var hours = facts.Columns.Where(each => each.Column == bounds.Column).ToList();
            if (Bounded(hours, facts.At) is { } last)
            {
                var query = new FactQueries(contract.Dataset).Column(bounds.Column, last.Hour.AddDays(-2));
                yield return new(QualityCodes.ValuesOutOfRange, bounds.Column,
                    Outside(contract.Dataset, bounds.Column, bounds, last.Rows - last.Nulls, last.Outside, last.Hour, query));
            }
            if (Mean(contract.Dataset, bounds.Column, hours, hour) is { } judged) yield return judged;
        }
    }

    /// <summary>What values outside of a column's bounds mean; null when there are few or none.</summary>
    /// <param name="since">Begin of the hour or day that has the values.</param>
    /// <param name="query">What shows them.</param>
    public static Alert? Outside(
        string dataset, string subject, ColumnBounds bounds, long values, long outside, DateTimeOffset since, string query)
    {
        if (outside < OutsideLeast || outside <= OutsideShare * values) return null;
        var range = (bounds.Min, bounds.Max) switch
        {
            ({ } min, { } max) => $"from {Figures.Text(min)} to {Figures.Text(max)}",
            ({ } min, null) => $"at least {Figures.Text(min)}",
            _ => $"at most {Figures.Text(bounds.Max!.Value)}",
        };
        return new(AlertSeverity.Warning, dataset, QualityCodes.ValuesOutOfRange, subject,
            $"{outside} of {values} values of '{bounds.Column}' in {dataset} are not {range}. The rows are published. Look at whoever "
            + "sends them; a changed unit or sign is the usual cause.")
        {
            Since = since, Expected = range, Seen = $"{outside} of {values} outside", Query = query,
        };
    }

    // The present hour counts as soon as it has values enough; otherwise the one before stands.
    private static ColumnHour? Bounded(List<ColumnHour> hours, DateTimeOffset at) =>
        hours.Find(each => each.Hour == Hours.Begin(at) && each.Rows - each.Nulls >= LeastValues)
        ?? hours.Find(each => each.Hour == Hours.Begin(at).AddHours(-1));

    private static Judgement? Mean(string dataset, string column, List<ColumnHour> hours, DateTimeOffset hour)
    {
        var known = hours.Where(each => each.Rows - each.Nulls > 0).OrderByDescending(each => each.Hour).ToList();
        if (known is [] || known[0].Hour < hour) return null;
        var (total, values, since) = (0.0, 0L, hour);
        foreach (var each in known.Where(each => each.Hour <= hour))
        {
            (total, values, since) = (total + each.Total, values + each.Rows - each.Nulls, each.Hour);
            if (values >= LeastValues || since <= hour.AddHours(-5)) break;
        }
        var history = known.Where(each => each.Hour < since && each.Rows - each.Nulls >= LeastValues / 5).ToList();
        if (values < LeastValues || history.Count < LeastHistory) return null;
        var means = history.Select(each => each.Total / (each.Rows - each.Nulls)).ToList();
        var usual = Robust.Median(means);
        // The fewer values, the more their mean scatters.
        var size = Math.Max(1, Robust.Median([.. history.Select(each => (double)(each.Rows - each.Nulls))]) / values);
        var noise = Math.Max(Robust.Spread(means, usual) * Math.Sqrt(size), 0.02 * Math.Abs(usual));
        var mean = total / values;
        var isShifted = Math.Abs(mean - usual) > Math.Max(MeanDeviation * Math.Abs(usual), LeastScore * noise);
        return new(QualityCodes.MeanShifted, column, !isShifted ? null
            : new(AlertSeverity.Warning, dataset, QualityCodes.MeanShifted, column,
            $"The mean of '{column}' in {dataset} is {Figures.Text(mean)} since {Figures.Text(since)}, by {values} values; in the week "
            + $"before it was {Figures.Text(usual)}. Ask whoever sends it what changed: a unit, a currency, what is sold.")
        {
            Since = since, Expected = $"a mean of about {Figures.Text(usual)}", Seen = $"a mean of {Figures.Text(mean)}",
            Query = new FactQueries(dataset).Column(column, since.AddDays(-2)),
        });
    }
}

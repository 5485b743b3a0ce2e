using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether the last whole hour brought as much as is usual then.</summary>
internal static class HourVolumes
{
    private const int Week = 168;

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts)
    {
        var lands = contract.Sources.Any(source => source.Kind is SourceKind.Kafka or SourceKind.Sqs);
        var rows = lands
            ? facts.Landed.ToDictionary(each => Step(each.Hour), each => each.Count)
            : facts.Published.ToDictionary(each => Step(each.Hour), each => (double)each.RowsIn);
        foreach (var judged in Of("records", rows)) yield return judged;
        foreach (var column in contract.Quality.VolumeOf)
        {
            var totals = facts.Columns.Where(each => each.Column == column).ToDictionary(each => Step(each.Hour), each => each.Total);
            foreach (var judged in Of(column, totals)) yield return judged;
        }

        IEnumerable<Judgement> Of(string subject, Dictionary<long, double> counts)
        {
            var hour = Hours.LastWhole(facts.At);
            var series = new Seasonal(counts, Week, fillsGaps: true);
            if (new VolumeRule(series, contract.Quality.VolumeDeviation).Judge(Step(hour)) is not { } verdict) yield break;
            yield return new(QualityCodes.VolumeLow, subject, verdict.Side < 0 ? Finding(QualityCodes.VolumeLow) : null);
            yield return new(QualityCodes.VolumeHigh, subject, verdict.Side > 0 ? Finding(QualityCodes.VolumeHigh) : null);

            Alert Finding(string code) => new(
                verdict is { Side: < 0, Seen: 0 } ? AlertSeverity.Critical : AlertSeverity.Warning, contract.Dataset, code, subject,
                $"{contract.Dataset} brought {Figures.Text(verdict.Seen)} {Noun(subject)} in the hour from {Figures.Text(hour)}; by "
                + $"{verdict.Usual.By} it should be about {Figures.Text(verdict.Usual.Count)}. "
                + (verdict.Side < 0
                    ? "Ask whoever produces them whether they stopped sending, and look at the consumer's lag."
                    : "Look for a producer that sends twice or sends old events again; if the traffic is real, nothing is to be done."))
            {
                Since = hour,
                Expected = $"about {Figures.Text(verdict.Usual.Count)} {Noun(subject)} an hour",
                Seen = $"{Figures.Text(verdict.Seen)} {Noun(subject)}",
                Query = subject != "records" ? new FactQueries(contract.Dataset).Column(subject, hour.AddDays(-7))
                    : lands ? new FactQueries(contract.Dataset).Landed(hour.AddDays(-7))
                        : new FactQueries(contract.Dataset).Published(hour.AddDays(-7)),
            };
        }
    }

    private static string Noun(string subject) => subject == "records" ? "records" : $"of '{subject}' in all";

    private static long Step(DateTimeOffset hour) => hour.ToUnixTimeSeconds() / 3600;
}

/// <summary>UTC hours.</summary>
internal static class Hours
{
    /// <summary>Commits and landings of an hour may end a little behind it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    /// <summary>The beginning of the last hour that is over.</summary>
    public static DateTimeOffset LastWhole(DateTimeOffset at) => Begin(at - Settling).AddHours(-1);

    /// <summary>The beginning of an instant's hour.</summary>
    public static DateTimeOffset Begin(DateTimeOffset at) => new(at.Ticks - at.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
}

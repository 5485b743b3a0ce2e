using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Whether records arrive at all, from every topic-partition, without holes, and not too late.</summary>
internal static class FlowRules
{
    private const int LeastHours = 48, LeastSilentHours = 2;
    private const double LeastRecords = 50;

    public static IEnumerable<Judgement> Judge(DatasetContract contract, QualityFacts facts) =>
        [.. Landing(contract.Dataset, facts), .. Watermark(contract, facts), .. Shards(contract.Dataset, facts),
            .. Holes(contract.Dataset, facts)];

    private static IEnumerable<Judgement> Landing(string dataset, QualityFacts facts)
    {
        if (facts.LandedHours.Count < LeastHours) yield break;
        var last = facts.LandedHours[^1];
        var usual = Gaps(facts.LandedHours).Max() - 1;
        var silent = (int)(Hours.Begin(facts.At) - last).TotalHours - 1;
        var isSilent = silent >= Math.Max(LeastSilentHours, 2 * usual + 1);
        yield return new(QualityCodes.NothingLanded, "records", !isSilent ? null : new(
            AlertSeverity.Critical, dataset, QualityCodes.NothingLanded, "records",
            $"Nothing landed in {dataset} since the hour of {Figures.Text(last)}; in the last four weeks it was never silent for more "
            + $"than {usual} whole hours. Look whether the source still sends, whether the function runs, and at its log.")
        {
            Since = last.AddHours(1), Expected = $"at most {usual} whole hours without records", Seen = $"{silent} hours without",
            Query = new FactQueries(dataset).Landed(last.AddDays(-2)),
        });
    }

    private static IEnumerable<Judgement> Watermark(DatasetContract contract, QualityFacts facts)
    {
        if (facts.Watermark is not { } watermark) yield break;
        var usual = facts.Published.Where(each => each.Watermark is not null).Select(each => each.Hour.AddHours(1) - each.Watermark!.Value)
            .ToList();
        var allowed = contract.Quality.MaxDelay ?? (usual.Count >= LeastHours ? 2 * usual.Max() + TimeSpan.FromHours(1) : null);
        if (allowed is not { } most) yield break;
        var age = facts.At - watermark;
        var expected = contract.Quality.MaxDelay is null ? $"at most {Figures.Text(most)}, twice what it was within a week"
            : $"at most {Figures.Text(most)}, by the contract";
        yield return new(QualityCodes.WatermarkLate, "events", age <= most ? null : new(
            AlertSeverity.Critical, contract.Dataset, QualityCodes.WatermarkLate, "events",
            $"The newest published event of {contract.Dataset} is of {Figures.Text(watermark)}, {Figures.Text(age)} ago; it may be "
            + $"{expected}. Where records land and are not published, look at publications that failed or wait; where none land, at the "
            + "source.")
        {
            Since = watermark + most, Expected = expected, Seen = Figures.Text(age),
                Query = new FactQueries(contract.Dataset).Published(watermark.AddHours(-6)),
        });
    }

    // By its share of the week, a silent topic-partition should have brought so many of the records that its siblings brought since.
    private static IEnumerable<Judgement> Shards(string dataset, QualityFacts facts)
    {
        if (facts.Shards.Count < 2) yield break;
        var all = facts.Shards.Sum(shard => (double)shard.Records);
        var current = Hours.Begin(facts.At);
        foreach (var shard in facts.Shards)
        {
            var since = facts.Landed.Where(each => each.Hour > shard.LastHour && each.Hour < current).ToList();
            var share = shard.Records / all;
            var missing = share * since.Sum(each => each.Count) / Math.Max(1 - share, 0.01);
            var isSilent = since.Count >= 2 * (shard.LongestGap - 1) + 1 && missing >= LeastRecords;
            yield return new(QualityCodes.ShardSilent, shard.Stream, !isSilent ? null : new(
                AlertSeverity.Critical, dataset, QualityCodes.ShardSilent, shard.Stream,
                $"{shard.Stream} of {dataset} brings nothing since the hour of {Figures.Text(shard.LastHour)}, while its siblings flow: "
                + $"about {Figures.Text(missing)} records are missing. Look at the topic-partition's leader, at the producers' keys, "
                + "and whether the shard was stopped.")
            {
                Since = shard.LastHour.AddHours(1), Expected = $"about {Figures.Text(missing)} records since", Seen = "none",
                Query = new FactQueries(dataset).Shards(current.AddDays(-2)),
            });
        }
    }

    private static IEnumerable<Judgement> Holes(string dataset, QualityFacts facts)
    {
        foreach (var hole in facts.Holes)
            yield return new(QualityCodes.PositionsMissing, hole.Shard.ToString(), new(
                AlertSeverity.Critical, dataset, QualityCodes.PositionsMissing, hole.Shard.ToString(),
                $"Positions {hole.Positions.First} to {hole.Positions.Last} of {hole.Shard} are in no segment of {dataset}, and none was "
                + "recorded as void. Restore the ledger's rows from its backup, or raise the stream's generation to read the topic "
                + "from its start.")
            {
                Since = null, Expected = "segments that follow each other", Seen = $"{hole.Positions.Length} positions in none",
                Query = new FactQueries(dataset).Segments(hole.Shard.ToString()),
            });
        foreach (var open in facts.Open
            .Where(open => open.Code == QualityCodes.PositionsMissing && facts.Holes.All(hole => hole.Shard.ToString() != open.Subject)))
            yield return new(open.Code, open.Subject, null);
    }

    private static IEnumerable<int> Gaps(IReadOnlyList<DateTimeOffset> hours) =>
        hours.Zip(hours.Skip(1), (before, after) => (int)(after - before).TotalHours);
}

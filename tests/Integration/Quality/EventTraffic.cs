namespace Pipeline.Tests.Integration.Quality;

/// <summary>The shape of a stream's ordinary traffic.</summary>
/// <param name="Hourly">Records of a mean hour at the beginning.</param>
/// <param name="Shards">Names of its shards.</param>
/// <param name="Duplicates">Usual share of duplicates; null where nothing is deduplicated.</param>
/// <param name="Nulls">Optional columns and how often they are missing.</param>
/// <param name="Value">A column with values, their mean; null for none.</param>
internal sealed record StreamShape(
    string Dataset, double Hourly, IReadOnlyList<string> Shards, double? Duplicates, IReadOnlyDictionary<string, double> Nulls,
    (string Column, double Mean)? Value = null);

/// <summary>What an hour brings.</summary>
internal sealed record HourOfTraffic(
    DateTimeOffset Hour, long[] Landed, long Duplicates, long Rejected, Dictionary<DateTimeOffset, long> Events, DateTimeOffset Newest,
    Dictionary<string, long> Nulls, double Total, long Outside)
{
    public long Rows => Landed.Sum();

    public long Published => Rows - Duplicates - Rejected;
}

/// <summary>One stream hour by hour: a day and a week in waves, growth, noise, and what goes wrong.</summary>
internal sealed class EventTraffic(StreamShape shape, Month month, int seed)
{
    private const double GrowthPerWeek = 0.015, HourNoise = 0.08, DayNoise = 0.05, Rejects = 0.003, ValueScatter = 0.95;

    private static readonly double[] Weekdays = [0.80, 1.05, 1.08, 1.05, 1.02, 1.0, 0.85];   // from Sunday

    private readonly Dice dice = new(seed);
    private readonly long[] backlog = new long[shape.Shards.Count];
    private readonly Dictionary<DateTimeOffset, long> heldEvents = [];
    private double today = 1;

    public StreamShape Shape => shape;

    /// <summary>What people did by day, whatever became of its records.</summary>
    public Dictionary<DateOnly, double> Made { get; } = [];

    /// <summary>The share of the week's wave and growth at an hour; platforms see the same people.</summary>
    public static double Wave(DateTimeOffset hour, DateTimeOffset origin)
    {
        var day = 1 + 0.65 * Math.Sin((hour.Hour - 9) / 24.0 * 2 * Math.PI);
        return day * Weekdays[(int)hour.DayOfWeek] * Math.Pow(1 + GrowthPerWeek, (hour - origin).TotalDays / 7);
    }

    public HourOfTraffic Next(DateTimeOffset hour)
    {
        if (hour.Hour == 0) today = dice.Noise(DayNoise);
        var mean = shape.Hourly * Wave(hour, month.From) * today * dice.Noise(HourNoise);
        var day = DateOnly.FromDateTime(hour.UtcDateTime);
        Made[day] = Made.GetValueOrDefault(day) + mean;
        mean *= month.At(shape.Dataset, hour, "volume")?.Magnitude ?? 1;
        if (month.At(shape.Dataset, hour, "silence") is not null) mean = 0;
        var sent = shape.Shards.Select((_, shard) => dice.Poisson(mean * ShareOf(shard))).ToArray();
        var copies = month.At(shape.Dataset, hour, "duplicates") is { } twice
            ? sent.Select(records => (long)(records * twice.Magnitude)).ToArray() : new long[sent.Length];
        var lag = (int)(month.At(shape.Dataset, hour, "lag")?.Magnitude ?? 0);
        var (landed, events) = Hold(hour, sent, hour.AddHours(-lag));
        for (var shard = 0; shard < landed.Length; shard++) landed[shard] += copies[shard];
        var rows = landed.Sum();
        var duplicates = shape.Duplicates is { } share ? dice.Share(rows, share) + copies.Sum() : 0;
        var rejected = dice.Share(rows - duplicates, RejectShare(hour));
        var published = rows - duplicates - rejected;
        var values = Math.Max(published, 0) * (shape.Value is null ? 0 : 1);
        var total = values == 0 ? 0 : values * shape.Value!.Value.Mean * ValueFactor(hour) * (1
            + ValueScatter / Math.Sqrt(values) * dice.Normal());
        return new(hour, landed, duplicates, rejected, events, hour.AddHours(-lag).AddMinutes(58),
            shape.Nulls.ToDictionary(each => each.Key, each => dice.Share(published, NullShare(each.Key, each.Value, hour))), total,
            month.At(shape.Dataset, hour, "outside") is { } outside ? dice.Share(values, outside.Magnitude) : 0);
    }

    // A stuck shard's records, or all, wait; then they come within three hours, or at once.
    private (long[] Landed, Dictionary<DateTimeOffset, long> Events) Hold(DateTimeOffset hour, long[] sent, DateTimeOffset eventHour)
    {
        var held = month.At(shape.Dataset, hour, "held") is not null;
        var stuck = month.At(shape.Dataset, hour, "stuck")?.Target;
        var landed = (long[])sent.Clone();
        for (var shard = 0; shard < sent.Length; shard++)
            if (held || shape.Shards[shard] == $"{stuck}-g1") (backlog[shard], landed[shard]) = (backlog[shard] + sent[shard], 0);
        var events = new Dictionary<DateTimeOffset, long> { [eventHour] = landed.Sum() };
        if (held || stuck is not null)
        {
            heldEvents[eventHour] = sent.Sum() - landed.Sum();
            return (landed, events);
        }
        var parts = month.At(shape.Dataset, hour.AddHours(-1), "held") is not null ? 1 : 3;
        for (var shard = 0; shard < sent.Length; shard++)
        {
            var released = (backlog[shard] + parts - 1) / parts;
            (backlog[shard], landed[shard]) = (backlog[shard] - released, landed[shard] + released);
        }
        foreach (var (late, count) in heldEvents) events[late] = events.GetValueOrDefault(late) + count;
        heldEvents.Clear();
        return (landed, events);
    }

    private double ShareOf(int shard) => (1 + 0.3 * Math.Sin(shard * 2.4)) / Enumerable.Range(0, shape.Shards.Count)
        .Sum(each => 1 + 0.3 * Math.Sin(each * 2.4));

    private double RejectShare(DateTimeOffset hour) => month.At(shape.Dataset, hour, "rejects", "reject_drift") is { } bad
        ? Rejects + bad.Magnitude * bad.Part(hour) : Rejects * dice.Noise(0.2);

    private double NullShare(string column, double usual, DateTimeOffset hour) =>
        month.At(shape.Dataset, hour, "nulls", "null_drift") is { } bad && bad.Target == column
            ? usual + (bad.Magnitude - usual) * bad.Part(hour) : usual * dice.Noise(0.1);

    private double ValueFactor(DateTimeOffset hour) =>
        month.At(shape.Dataset, hour, "values", "value_drift") is { } bad ? 1 + (bad.Magnitude - 1) * bad.Part(hour) : dice.Noise(0.03);
}

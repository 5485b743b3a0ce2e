using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Quality;

/// <summary>What is known of a dataset when its rules are judged: roll-ups of bounded windows, each list in the order of time.</summary>
public sealed record QualityFacts
{
    /// <summary>How long facts are kept: what rules look back, and two weeks more.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(70);

    /// <summary>When it was read.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What landed from topics and queues, hour by hour, of the last seven weeks; hours without are left out.</summary>
    public IReadOnlyList<HourCount> Landed { get; init; } = [];

    /// <summary>Hours of the last four weeks in which anything landed.</summary>
    public IReadOnlyList<DateTimeOffset> LandedHours { get; init; } = [];

    /// <summary>Topic-partitions that brought anything within a week.</summary>
    public IReadOnlyList<ShardFlow> Shards { get; init; } = [];

    /// <summary>What was published, hour by hour of the commits, of the last eight days.</summary>
    public IReadOnlyList<PublishedHour> Published { get; init; } = [];

    /// <summary>What the rows held, hour by hour of the commits, of the last eight days.</summary>
    public IReadOnlyList<ColumnHour> Columns { get; init; } = [];

    /// <summary>Slices of the last five weeks, and from a week before the oldest day that an open finding misses.</summary>
    public IReadOnlyList<SliceDay> Slices { get; init; } = [];

    /// <summary>What the rows of slices held, of the last five weeks.</summary>
    public IReadOnlyList<SliceColumn> SliceColumns { get; init; } = [];

    /// <summary>Rows by UTC day of their events, of the datasets that this one is compared with, of the last five weeks.</summary>
    public IReadOnlyDictionary<(string Dataset, DateOnly Day), long> EventDays { get; init; } = new Dictionary<(string, DateOnly), long>();

    /// <summary>Topic-partitions whose segments leave positions out.</summary>
    public IReadOnlyList<PositionHole> Holes { get; init; } = [];

    /// <summary>The latest of <see cref="PublishedHour.Watermark"/>; null before the first.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>What is open of this dataset under the codes of quality.</summary>
    public IReadOnlyList<KnownFinding> Open { get; init; } = [];

    /// <summary>What is open of a subject; null when nothing is.</summary>
    public KnownFinding? OpenOf(string code, string subject) => Open.FirstOrDefault(each => each.Code == code && each.Subject == subject);

    /// <summary>What a person ended of this dataset under the codes of quality, where nothing was raised of the same code and subject
    /// since.</summary>
    public IReadOnlyList<KnownFinding> Ended { get; init; } = [];

    /// <summary>What a person ended of a subject last; null when they ended nothing, or something was raised of it since.</summary>
    public KnownFinding? EndedOf(string code, string subject) => Ended.FirstOrDefault(each => each.Code == code && each.Subject == subject);

    /// <summary>Whether a finding is the one that a person ended: it is so since no later.</summary>
    /// <param name="since">Null where it is not known: such a finding is always another one.</param>
    public bool IsEnded(string code, string subject, DateTimeOffset? since) => since <= EndedOf(code, subject)?.Since;
}

/// <summary>What an hour brought.</summary>
/// <param name="Hour">Its beginning, UTC.</param>
public readonly record struct HourCount(DateTimeOffset Hour, double Count);

/// <summary>How one topic-partition flowed within a week.</summary>
/// <param name="Stream">Topic and number.</param>
/// <param name="Records">Records of the week.</param>
/// <param name="LastHour">The last hour that brought any.</param>
/// <param name="LongestGap">The longest way from one hour with records to the next one, counted in hours in which the dataset flowed; 1
/// where
/// none was without.</param>
public sealed record ShardFlow(string Stream, long Records, DateTimeOffset LastHour, int LongestGap)
{
    /// <summary>How far back records are counted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);
}

/// <summary>What was published within an hour.</summary>
/// <param name="RowsIn">Rows but those that filters drop.</param>
/// <param name="Rejected">Rows refused, those of filters and of withheld slices left out.</param>
/// <param name="Watermark">The latest instant that nine tenths of a publication's events did not exceed; null without rows.</param>
public sealed record PublishedHour(DateTimeOffset Hour, long RowsIn, long Duplicates, long Rejected, DateTimeOffset? Watermark);

/// <summary>What the rows published within an hour held in a column.</summary>
public sealed record ColumnHour(DateTimeOffset Hour, string Column, long Rows, long Nulls, long Outside, double Total);

/// <summary>An account's stream: what a series of slices belongs to.</summary>
public readonly record struct SliceSeries(string Source, string Account, string Stream)
{
    /// <summary>As alerts name it: <c>facebook 1001 ad</c>.</summary>
    public override string ToString() => $"{Source} {Account} {Stream}";
}

/// <summary>One published slice.</summary>
/// <param name="FirstAt">When it was published first.</param>
public sealed record SliceDay(SliceSeries Series, DateOnly Day, long Rows, DateTimeOffset FirstAt);

/// <summary>What a slice's rows hold in a column.</summary>
public sealed record SliceColumn(SliceSeries Series, DateOnly Day, string Column, long Rows, long Nulls, long Outside, double Total);

/// <summary>Positions of a topic-partition that are in no segment.</summary>
public sealed record PositionHole(Shard Shard, PositionRange Positions);

/// <summary>An alert that is open, or that a person ended.</summary>
/// <param name="SeenAt">When it was found last.</param>
/// <param name="Since">Since when it was so, when it was found first; null where that is not known.</param>
public sealed record KnownFinding(string Code, string Subject, DateTimeOffset SeenAt, DateTimeOffset? Since);

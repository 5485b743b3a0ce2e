using Pipeline.Domain.Quality;
using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Publications;

/// <summary>Segments pinned to one contract version, to be transformed and committed together.</summary>
/// <param name="Id">Ledger identity; names the objects it makes.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="ContractVersion">The version pinned when it was planned.</param>
/// <param name="RawBytes">Raw bytes of its segments, for fan-out and progress.</param>
public sealed record PublicationPlan(long Id, string Dataset, int ContractVersion, long RawBytes)
{
    /// <summary>Attempts of one run, after which a publication waits for what is away.</summary>
    public const int AttemptsOfARun = 10;

    /// <summary>It was attempted for a whole run, and something was away: it comes behind all others, and is tried less often.</summary>
    public bool Waits { get; init; }
}

/// <summary>The right to try one publication; a later attempt fences this one off.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Segments">What it must read, in ledger order; void segments left out.</param>
public sealed record PublicationAttempt(PublicationPlan Plan, int Number, IReadOnlyList<LandedSegment> Segments)
{
    /// <summary>The extractions that its segments hold, by ascending id; empty for sources that have none.</summary>
    public IReadOnlyList<PinnedExtraction> Extractions { get; init; } = [];

    /// <summary>What it publishes again; null for records that are published for the first time.</summary>
    public ReplayOrder? Replay { get; init; }
}

/// <summary>Where the rows of a publication went. <c>In = Out + Duplicates + Rejected</c>, always.</summary>
public readonly record struct PublicationCounts(long In, long Out, long Duplicates, long Rejected)
{
    /// <summary>Every record is accounted for.</summary>
    public bool Balanced => In == Out + Duplicates + Rejected;
}

/// <summary>One object a publication made, uploaded and not yet visible.</summary>
/// <param name="Staged">The upload.</param>
/// <param name="Role">What it is.</param>
/// <param name="DatePartition">
/// The first date partition column's day; null for a dataset without one and for quarantine objects.
/// </param>
/// <param name="Rows">Rows (or refused records) in it.</param>
public sealed record PublishedObject(Ports.StagedObject Staged, ObjectRole Role, DateOnly? DatePartition, long Rows);

/// <summary>What an object of a publication is.</summary>
public enum ObjectRole
{
    /// <summary>Parquet rows in the lake.</summary>
    Data,

    /// <summary>Refused records in quarantine.</summary>
    Quarantine,
}

/// <summary>Everything one attempt decided, handed to the one transaction.</summary>
/// <param name="Counts">Must be balanced.</param>
/// <param name="UnknownFields">Dotted path to number of records that held a field the contract does not name; at most 100 paths.</param>
/// <param name="MaxEventTime">Latest value of the first timestamp column; null without rows.</param>
public sealed record PublicationResult(
    PublicationCounts Counts, IReadOnlyList<PublishedObject> Objects, IReadOnlyList<RejectionCount> Rejections,
    IReadOnlyDictionary<string, long> UnknownFields, DateTimeOffset? MinEventTime, DateTimeOffset? MaxEventTime)
{
    /// <summary>What became of each slice that was taken; empty for sources that have none.</summary>
    public IReadOnlyList<SliceOutcome> Slices { get; init; } = [];

    /// <summary>The keys of the rows out; empty for a dataset without dedupe.</summary>
    public IReadOnlyList<RowKey> Keys { get; init; } = [];

    /// <summary>The instant that nine tenths of the values of the first timestamp column do not exceed, by a sample; null without rows, and
    /// where some are missing.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>Rows of each UTC hour of the first timestamp column, by the hour's beginning.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long> EventHours { get; init; } = new Dictionary<DateTimeOffset, long>();

    /// <summary>What the rows hold in the columns that are watched.</summary>
    public IReadOnlyList<ColumnProfile> Profiles { get; init; } = [];
}

/// <summary>How a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>This attempt committed (also when the answer was lost and looked up).</summary>
    Committed,

    /// <summary>A later attempt began or committed; this one's uploads must be aborted.</summary>
    Fenced,
}

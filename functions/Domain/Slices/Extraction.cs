using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Slices;

/// <summary>One try at fetching a window, numbered by the ledger in the order in which they began: the later one's rows replace the
/// earlier one's, day by day, whichever ends first.</summary>
/// <param name="Id">Counts from 1 over all sources.</param>
/// <param name="BegunAt">What the rows carry as the instant of extraction.</param>
public sealed record Extraction(long Id, SliceWindow Window, DateTimeOffset BegunAt)
{
    /// <summary>Positions an extraction has: 2^12 parts of 2^12 pages of 2^16 rows.</summary>
    public const int PositionBits = 40;

    /// <summary>Parts an extraction can have; a window is cut into parts where a provider refuses to answer it whole.</summary>
    public const int MaxParts = 1 << 12;

    /// <summary>Pages a part can have.</summary>
    public const int MaxPages = 1 << 12;

    /// <summary>Rows a page can have.</summary>
    public const int MaxPageRows = 1 << 16;

    private const int MaxShardLength = 150;

    /// <summary>The shard of its segments: one for each account and stream of a source.</summary>
    public Shard Shard => new(ShardStream(Window), 1);

    /// <summary>The position of a page: its rows follow, one position each.</summary>
    public long PositionOf(int part, int page) => (Id << PositionBits) + ((long)part << 28) + ((long)page << 16);

    /// <summary>The positions a part's pages cover.</summary>
    public PositionRange PositionsOf(int part, int pages) => new(PositionOf(part, 0), PositionOf(part, 0) + ((long)pages << 16));

    /// <summary>The extraction a position belongs to.</summary>
    public static long IdOf(long position) => position >> PositionBits;

    /// <summary>The key of a part's segment object.</summary>
    /// <param name="tag">Of one try: a part that is fetched again has other bytes, and no object is overwritten. The ledger names the key
    /// of the try that landed.</param>
    public string KeyOf(int part, string tag) => $"{KeyPrefix}{part:D4}-{tag}.seg.zst";

    /// <summary>What the keys of all its parts and tries begin with, and no other extraction's: what lost is found by it.</summary>
    public string KeyPrefix => $"{Window.Source}/{Shard}/{Window.From:yyyy-MM-dd}_{Window.To:yyyy-MM-dd}/{Id:D12}-";

    // Event names hold blanks, slashes and any script, at any length: a shard is a folder's name too. Its positions tell it apart.
    private static string ShardStream(SliceWindow window)
    {
        var stream = $"{Uri.EscapeDataString(window.Account)}-{Uri.EscapeDataString(window.Stream)}";
        return stream.Length <= MaxShardLength ? stream : stream[..MaxShardLength];
    }
}

/// <summary>A part of an extraction that is written to the segment store and not yet in the ledger.</summary>
/// <param name="Part">Counts from 0.</param>
/// <param name="ObjectKey">See <see cref="Extraction.KeyOf"/>; empty when there are no pages.</param>
/// <param name="Pages">Provider answers in it, one record each.</param>
/// <param name="RawBytes">Bytes of the answers.</param>
/// <param name="ObjectBytes">Bytes of the object.</param>
public sealed record ExtractedPart(int Part, string ObjectKey, int Pages, long RawBytes, long ObjectBytes);

/// <summary>How a slice stands.</summary>
public enum SliceState
{
    /// <summary>Landed, not yet published.</summary>
    Landed,

    /// <summary>Its rows are in lake and table.</summary>
    Published,

    /// <summary>Landed and held back: too many of its rows were refused, or the answer does not look like what was agreed. What stood before stands.</summary>
    Withheld,

    /// <summary>The provider answered no rows where rows stood; they stand until an operator confirms.</summary>
    EmptyRefused,
}

/// <summary>What the ledger knows of one day of one account's stream in one dataset.</summary>
/// <param name="ExtractionId">The newest extraction that landed.</param>
/// <param name="Reason">Why it is withheld or refused; null otherwise.</param>
/// <param name="Rows">Rows published; null before the first time.</param>
public sealed record SliceStatus(
    string Dataset, SliceWindow Day, SliceState State, long ExtractionId, DateTimeOffset ExtractedAt, long? Rows, string? Reason);

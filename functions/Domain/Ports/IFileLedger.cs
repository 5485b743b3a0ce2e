using Pipeline.Domain.Files;
using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that numbers dropped files and decides when they are landed. The file is the position (DESIGN 5).</summary>
/// <remarks>All methods throw <see cref="Failures.TransientException"/> when PostgreSQL is away: scan again.</remarks>
public interface IFileLedger
{
    /// <summary>Takes note of a page of a listing; files it did not know get their numbers.</summary>
    /// <param name="shard">The shard of the folder.</param>
    /// <param name="listedAt">When the listing began.</param>
    /// <returns>Those that are not landed, by number.</returns>
    /// <exception cref="Failures.TerminalException">The dataset has no numbers left.</exception>
    Task<IReadOnlyList<WaitingFile>> SeeAsync(
        string dataset, Shard shard, IReadOnlyList<StoredObject> listed, DateTimeOffset listedAt, CancellationToken stopping);

    /// <summary>Gives up the files that a whole listing did not have any more.</summary>
    Task ForgetVanishedAsync(string dataset, DateTimeOffset listedAt, CancellationToken stopping);

    /// <summary>One transaction: inserts the file's segments and marks it landed, unless it is not waiting any more.</summary>
    /// <param name="segments">Empty for a file without records.</param>
    /// <returns>False when another try landed it, or it was given up: this one's objects are left to the sweep.</returns>
    Task<bool> LandAsync(DroppedFile file, IReadOnlyList<SegmentDraft> segments, CancellationToken stopping);

    /// <summary>Notes that a try ended badly; a file that fails repeatedly has an alert.</summary>
    Task FailAsync(DroppedFile file, string reason, CancellationToken stopping);

    /// <summary>Gives up a file that cannot be landed, with an alert.</summary>
    Task RefuseAsync(DroppedFile file, string reason, CancellationToken stopping);
}

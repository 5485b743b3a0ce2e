using Pipeline.Domain.Slices;

namespace Pipeline.Domain.Ports;

/// <summary>The part of the ledger that numbers extractions and decides when they are landed. The slice is the position (DESIGN 5).</summary>
/// <remarks>All methods throw <see cref="Failures.TransientException"/> when PostgreSQL is away: run again.</remarks>
public interface ISliceLedger
{
    /// <summary>Begins an extraction under a new number.</summary>
    /// <param name="datasets">Datasets that its pages feed; a segment is pinned for each, over the same objects.</param>
    Task<Extraction> BeginAsync(SliceWindow window, IReadOnlyList<string> datasets, CancellationToken stopping);

    /// <summary>
    /// One transaction: inserts the parts' segments for each dataset and marks the window's days landed, unless the extraction was
    /// abandoned (swept) meanwhile. Landing it again changes nothing.
    /// </summary>
    /// <param name="suspect">Why the answer must not be published (it is incomplete, or its envelope is unknown); null when it is sound. The
    /// slices are withheld with this reason and an alert is raised.</param>
    /// <returns>False when the extraction was abandoned: fetch again.</returns>
    Task<bool> LandAsync(Extraction extraction, IReadOnlyList<ExtractedPart> parts, string? suspect, CancellationToken stopping);

    /// <summary>Where the days of a source stand, by account, stream and day.</summary>
    /// <param name="account">Null for all.</param>
    Task<IReadOnlyList<SliceStatus>> StatusAsync(string dataset, string? account, DateOnly from, DateOnly to, CancellationToken stopping);
}

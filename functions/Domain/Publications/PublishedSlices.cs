using Pipeline.Domain.Slices;

namespace Pipeline.Domain.Publications;

/// <summary>An extraction among a publication's segments.</summary>
/// <param name="Id">Of two extractions of one slice, the one with the higher id is the newer.</param>
/// <param name="Window">What was asked.</param>
/// <param name="Days">The window's days of which no newer extraction was published when the attempt began; rows of the others leave no
/// trace.</param>
public sealed record PinnedExtraction(long Id, SliceWindow Window, IReadOnlyList<DateOnly> Days)
{
    /// <summary>Days that are held back, each with the reason; their rows are refused.</summary>
    public IReadOnlyDictionary<DateOnly, string> Withheld { get; init; } = new Dictionary<DateOnly, string>();
}

/// <summary>What a publication makes of one day of an extraction.</summary>
/// <param name="Rows">Rows that go into lake and table; none when it is withheld.</param>
/// <param name="Withheld">Why it is held back; null when it is published.</param>
public sealed record SliceOutcome(long ExtractionId, DateOnly Day, long Rows, string? Withheld);

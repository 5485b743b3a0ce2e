using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Slices;

/// <summary>Slices of which too many rows are refused. The publication is transformed again without them.</summary>
internal sealed class SlicesWithheldException(IReadOnlyList<SliceOutcome> slices)
    : Exception($"{slices.Count} slice(s) must be withheld, the first because: {slices[0].Withheld}")
{
    /// <summary>Which, and why.</summary>
    public IReadOnlyList<SliceOutcome> Slices { get; } = slices;
}

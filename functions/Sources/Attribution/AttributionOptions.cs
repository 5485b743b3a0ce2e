using System.ComponentModel.DataAnnotations;

namespace Pipeline.Sources.Attribution;

/// <summary>Bounds of the correlation.</summary>
public sealed record AttributionOptions
{
    /// <summary>Conversions held in memory at once, about 400 bytes each; where a bucket's days have more, its users are taken in
    /// parts.</summary>
    [Range(1, 10_000_000)] public int MaxConversions { get; init; } = 200_000;
}

using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Attribution;

/// <summary>What a user did with an advertisement.</summary>
public enum TouchKind
{
    /// <summary>It was shown.</summary>
    View,

    /// <summary>It was clicked; any click beats any view.</summary>
    Click,
}

/// <summary>Rows of views or clicks; a column that the lake does not have is null.</summary>
/// <param name="OccurredAt">Microseconds since the epoch, UTC.</param>
/// <param name="UserId">The user's pseudonym.</param>
/// <param name="UserIdBefore">The user's pseudonym under the key before, while keys are changed.</param>
public sealed record TouchBatch(
    FixedColumn<long> OccurredAt, TextColumn UserId, TextColumn? UserIdBefore, TextColumn? CampaignId, TextColumn? CreativeId);

/// <summary>Rows of conversions; a column that the lake does not have is null.</summary>
/// <param name="OccurredAt">Microseconds since the epoch, UTC.</param>
/// <param name="UserIdBefore">See <see cref="TouchBatch"/>.</param>
/// <param name="ConversionId">The source's identifier, where it sends one.</param>
/// <param name="Value">Unscaled, <see cref="Correlation.ValueScale"/> digits after the point.</param>
public sealed record ConversionBatch(
    FixedColumn<long> OccurredAt, TextColumn UserId, TextColumn? UserIdBefore, TextColumn? CampaignId, TextColumn? ConversionId,
    TextColumn ConversionType, FixedColumn<Int128> Value, TextColumn Currency);

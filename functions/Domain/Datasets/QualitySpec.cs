namespace Pipeline.Domain.Datasets;

/// <summary>What a dataset's rows must be like together. What is not named is compared with the dataset's own history.</summary>
/// <param name="MaxRejectRatio">Share of the rows that may be refused (rows that a filter drops are not counted); default 0.05. A slice of
/// which more are is withheld as a whole.</param>
public sealed record QualitySpec(double MaxRejectRatio = 0.05)
{
    /// <summary>Share of the rows that may be duplicates; null compares it with its own history only.</summary>
    public double? MaxDuplicateRatio { get; init; }

    /// <summary>How old the newest published event may be; null compares it with its own history.</summary>
    public TimeSpan? MaxDelay { get; init; }

    /// <summary>Share by which an hour (of slices a day) may fall below what is usual then, and as far above; 0.5 is half or
    /// double.</summary>
    public double VolumeDeviation { get; init; } = 0.5;

    /// <summary>Numeric columns whose sums are judged as the rows are, such as the money spent.</summary>
    public IReadOnlyList<string> VolumeOf { get; init; } = [];

    /// <summary>Bounds of single columns.</summary>
    public IReadOnlyList<ColumnBounds> Columns { get; init; } = [];

    /// <summary>Quotients of two columns' sums that are compared with their own history.</summary>
    public IReadOnlyList<RatioSpec> Ratios { get; init; } = [];

    /// <summary>Figures that another stream or dataset tells too.</summary>
    public IReadOnlyList<AgreementSpec> Agreements { get; init; } = [];
}

/// <summary>Bounds of one column.</summary>
/// <param name="MaxNullRatio">Share of the rows that may be without a value; null compares it with its own history only.</param>
/// <param name="Min">Least value that is right; null for any.</param>
/// <param name="Max">Greatest value that is right; null for any.</param>
public sealed record ColumnBounds(string Column, double? MaxNullRatio = null, double? Min = null, double? Max = null)
{
    /// <summary>Whether values are looked at, not only whether there are any.</summary>
    public bool HasRange => Min is not null || Max is not null;
}

/// <summary>A quotient of two columns' sums, such as clicks to impressions.</summary>
/// <param name="Name">What people call it: <c>ctr</c>.</param>
/// <param name="Of">The dividend.</param>
/// <param name="To">The divisor.</param>
/// <param name="Deviation">Share by which it may fall below what is usual, and as far above.</param>
public sealed record RatioSpec(string Name, string Of, string To, double Deviation);

/// <summary>A figure of a day that is told twice: by another stream of the same account, or by the events of another dataset.</summary>
/// <param name="Name">What people call it: <c>tracked_clicks</c>.</param>
/// <param name="Column">The column whose sum is compared.</param>
/// <param name="Stream">The stream that tells it.</param>
/// <param name="WithStream">The stream whose sum of the column must go with it; null when a dataset's rows must.</param>
/// <param name="WithDataset">The dataset whose rows of the day must go with it; null when a stream's sum must.</param>
/// <param name="Deviation">Share by which the quotient of both may differ from what is usual.</param>
/// <remarks>Two tellers never agree exactly: what is judged is whether they differ as they always do.</remarks>
public sealed record AgreementSpec(string Name, string Column, string Stream, string? WithStream, string? WithDataset, double Deviation);

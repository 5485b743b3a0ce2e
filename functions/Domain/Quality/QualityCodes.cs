namespace Pipeline.Domain.Quality;

/// <summary>The codes of the alerts that rules of quality raise.</summary>
public static class QualityCodes
{
    public const string VolumeLow = "volume_low";
    public const string VolumeHigh = "volume_high";
    public const string NothingLanded = "nothing_landed";
    public const string WatermarkLate = "watermark_late";
    public const string ShardSilent = "shard_silent";
    public const string PositionsMissing = "positions_missing";
    public const string RejectRatioHigh = "reject_ratio_high";
    public const string DuplicateRatioHigh = "duplicate_ratio_high";
    public const string NullRatioHigh = "null_ratio_high";
    public const string ValuesOutOfRange = "values_out_of_range";
    public const string MeanShifted = "mean_shifted";
    public const string RatioShifted = "ratio_shifted";
    public const string SliceMissing = "slice_missing";
    public const string ExtractionLate = "extraction_late";
    public const string StreamsDisagree = "streams_disagree";
    public const string DatasetsDisagree = "datasets_disagree";

    /// <summary>Findings that something is not there. They end when it is, or by a person: that nothing can be said of it any more is no
    /// end, for the longer it is away the less its rule has to judge by.</summary>
    public static IReadOnlySet<string> OfAbsence { get; } =
        new HashSet<string> { NothingLanded, WatermarkLate, ShardSilent, PositionsMissing, SliceMissing, ExtractionLate };

    /// <summary>Every code, with what it means in one line.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [VolumeLow] = "An hour (of slices a day) brought much less than is usual then.",
        [VolumeHigh] = "An hour (of slices a day) brought much more than is usual then.",
        [NothingLanded] = "Nothing landed for longer than it ever does.",
        [WatermarkLate] = "The newest published event is older than it may be.",
        [ShardSilent] = "One topic-partition brings nothing while its siblings flow.",
        [PositionsMissing] = "The segments of a topic-partition do not follow each other: positions are in none.",
        [RejectRatioHigh] = "More of the rows are refused than may be, or than usual.",
        [DuplicateRatioHigh] = "More of the rows are duplicates than may be, or than usual.",
        [NullRatioHigh] = "More of the rows are without a value in a column than may be, or than usual.",
        [ValuesOutOfRange] = "Values of a column lie outside of the contract's bounds.",
        [MeanShifted] = "The mean of a column is far from what it was.",
        [RatioShifted] = "A quotient of two columns' sums, such as clicks to impressions, is far from what it was.",
        [SliceMissing] = "A day of an account's stream is not there, and later ones are.",
        [ExtractionLate] = "The next day of an account's stream was not published when it usually is.",
        [StreamsDisagree] = "Two streams of an account differ in a figure otherwise than they always do.",
        [DatasetsDisagree] = "A provider's figure and the events of another dataset differ otherwise than they always do.",
    };
}

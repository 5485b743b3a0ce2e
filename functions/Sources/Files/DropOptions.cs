namespace Pipeline.Sources.Files;

/// <summary>How the drop folders are read.</summary>
public sealed record DropOptions
{
    /// <summary>A file this old is taken at once; a younger one when two listings had it with the same size and ETag.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Files read at once; each holds one open segment.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Raw bytes of one segment, give or take one piece of a file.</summary>
    public long SegmentBytes { get; init; } = 32L * 1024 * 1024;
}

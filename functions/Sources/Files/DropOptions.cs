namespace Pipeline.Sources.Files;

/// <summary>How the drop folders are read.</summary>
public sealed record DropOptions
{
    /// <summary>A file this old is taken at once; a younger one when two listings had it with the same size and ETag.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Files read at once; each holds one open segment.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>How long reading one file may take. It is less than what a function has (30 minutes by host.json), so that a file that never
    /// ends, such as a small one that unpacks to a very large one, is told of and others have their turn.</summary>
    public TimeSpan FileTime { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Raw bytes of one segment, give or take one piece of a file.</summary>
    public long SegmentBytes { get; init; } = 32L * 1024 * 1024;
}

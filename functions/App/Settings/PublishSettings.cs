using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Settings;

/// <summary>When and in what portions landed segments are published.</summary>
public sealed record PublishSettings
{
    /// <summary>Where these settings stand in the configuration.</summary>
    public const string Section = "Publish";

    /// <summary>How long a landed record may wait at most; smaller means fresher rows and smaller Parquet objects.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Raw bytes of backlog that are published without waiting.</summary>
    [Range(1024 * 1024, long.MaxValue)] public long TargetBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Raw bytes of one publication at most (one segment at least).</summary>
    [Range(1024 * 1024, long.MaxValue)] public long MaxRawBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Publications of one dataset that are transformed side by side.</summary>
    [Range(1, 64)] public int MaxParallel { get; init; } = 2;

    /// <summary>Whether a backlog should be published now.</summary>
    public bool IsDue(Backlog backlog, DateTimeOffset now) =>
        backlog.OpenPublications > 0 || backlog.RawBytes >= TargetBytes || backlog.Oldest <= now - MaxAge;
}

/// <summary>Checks <see cref="PublishSettings"/>.</summary>
[OptionsValidator]
public sealed partial class PublishSettingsValidator : IValidateOptions<PublishSettings>;

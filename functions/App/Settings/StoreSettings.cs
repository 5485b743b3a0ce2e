using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.App.Settings;

/// <summary>Where published Parquet objects are kept (section <c>Lake</c>).</summary>
public sealed record LakeSettings
{
    /// <summary>A folder's path or <c>s3://bucket/prefix</c>.</summary>
    [Required(ErrorMessage = "Set Lake:Root to a folder or to s3://bucket/prefix.")] public string Root { get; init; } = "";
}

/// <summary>Where raw segments are kept (section <c>Segments</c>).</summary>
public sealed record SegmentSettings
{
    /// <summary>A folder's path or <c>s3://bucket/prefix</c>.</summary>
    [Required(ErrorMessage = "Set Segments:Root to a folder or to s3://bucket/prefix.")] public string Root { get; init; } = "";
}

/// <summary>Where refused records are kept, and the key they are sealed with (section <c>Quarantine</c>).</summary>
public sealed record QuarantineSettings
{
    /// <summary>A folder's path or <c>s3://bucket/prefix</c>.</summary>
    [Required(ErrorMessage = "Set Quarantine:Root to a folder or to s3://bucket/prefix.")] public string Root { get; init; } = "";

    /// <summary>Base64 of 32 bytes; refused records are sealed with it (AES-256-GCM).</summary>
    [Required(ErrorMessage = "Set Quarantine:SealingKey to 32 bytes in base64 (openssl rand -base64 32).")]
    [RegularExpression("^[A-Za-z0-9+/]{43}=$", ErrorMessage = "Quarantine:SealingKey is not 32 bytes in base64 (openssl rand -base64 32).")]
    public string SealingKey { get; init; } = "";
}

/// <summary>Where files are dropped, and when they are taken (section <c>Drop</c>).</summary>
public sealed record DropSettings
{
    /// <summary>A folder's path or <c>s3://bucket/prefix</c>; empty: no files are read. Datasets name folders below it.</summary>
    public string Root { get; init; } = "";

    /// <summary>A file this old is taken at once; a younger one when two scans had it with the same size and ETag.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether none of the roots lies within this one, nor this one within them: what is written there is not to be read as a
    /// dropped file.</summary>
    public bool IsApartFrom(params IEnumerable<string?> roots) => Root.Length == 0 || !roots.OfType<string>().Any(other =>
        $"{other.TrimEnd('/')}/".StartsWith($"{Root.TrimEnd('/')}/", StringComparison.Ordinal)
        || $"{Root.TrimEnd('/')}/".StartsWith($"{other.TrimEnd('/')}/", StringComparison.Ordinal));

    /// <summary>Files of a dataset that are read at once.</summary>
    [Range(1, 64)] public int AtOnce { get; init; } = 4;
}

/// <summary>Checks <see cref="DropSettings"/>.</summary>
[OptionsValidator] public sealed partial class DropSettingsValidator : IValidateOptions<DropSettings>;

/// <summary>Checks <see cref="LakeSettings"/>.</summary>
[OptionsValidator] public sealed partial class LakeSettingsValidator : IValidateOptions<LakeSettings>;

/// <summary>Checks <see cref="SegmentSettings"/>.</summary>
[OptionsValidator] public sealed partial class SegmentSettingsValidator : IValidateOptions<SegmentSettings>;

/// <summary>Checks <see cref="QuarantineSettings"/>.</summary>
[OptionsValidator] public sealed partial class QuarantineSettingsValidator : IValidateOptions<QuarantineSettings>;

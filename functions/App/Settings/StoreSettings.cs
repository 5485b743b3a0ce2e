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

/// <summary>Checks <see cref="LakeSettings"/>.</summary>
[OptionsValidator] public sealed partial class LakeSettingsValidator : IValidateOptions<LakeSettings>;

/// <summary>Checks <see cref="SegmentSettings"/>.</summary>
[OptionsValidator] public sealed partial class SegmentSettingsValidator : IValidateOptions<SegmentSettings>;

/// <summary>Checks <see cref="QuarantineSettings"/>.</summary>
[OptionsValidator] public sealed partial class QuarantineSettingsValidator : IValidateOptions<QuarantineSettings>;

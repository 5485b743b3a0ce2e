using Microsoft.Extensions.Options;
using Pipeline.Sources.Attribution;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="AttributionOptions"/>.</summary>
[OptionsValidator]
public sealed partial class AttributionSettingsValidator : IValidateOptions<AttributionOptions>
{
    /// <summary>Where these settings stand in the configuration.</summary>
    public const string Section = "Attribution";
}

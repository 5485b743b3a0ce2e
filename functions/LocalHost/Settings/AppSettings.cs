using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>The app's settings, as attributes name them.</summary>
internal sealed partial class AppSettings(IConfiguration configuration, StartFaults faults)
{
    /// <summary>Replaces each <c>%Setting%</c>; a setting that is missing is a fault and leaves the text as it is.</summary>
    /// <param name="text">The attribute's text; null and empty stay.</param>
    /// <param name="where">Function and property, for the fault.</param>
    public string? Resolve(string? text, string where) => string.IsNullOrEmpty(text) ? text : Token().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        if (configuration[name] is { } value) return value;
        faults.Add($"{where} names the setting '{name}', which is missing; set it.");
        return match.Value;
    });

    /// <summary>
    /// Like <see cref="Resolve"/>, and a whole text that is the name of a setting or connection string stands for its value.
    /// </summary>
    public string? ResolveSecret(string? text, string where)
    {
        var resolved = Resolve(text, where);
        if (string.IsNullOrWhiteSpace(resolved)) return resolved;
        var value = configuration.GetConnectionString(resolved) ?? configuration[resolved];
        return string.IsNullOrEmpty(value) ? resolved : value;
    }

    /// <summary>
    /// Whether <c>AzureWebJobs_NAME_Disabled</c>, or <c>AzureWebJobs.NAME.Disabled</c> where variables may have dots, is true or 1.
    /// </summary>
    /// <remarks>https://learn.microsoft.com/azure/azure-functions/disable-function</remarks>
    public bool IsDisabled(string function) => IsOn($"AzureWebJobs_{function}_Disabled") || IsOn($"AzureWebJobs.{function}.Disabled");

    private bool IsOn(string setting) =>
        configuration[setting] is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Token();
}

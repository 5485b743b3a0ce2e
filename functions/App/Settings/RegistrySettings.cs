using Microsoft.Extensions.Options;
using Pipeline.Sources.Registry;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="RegistryOptions"/>.</summary>
public sealed class RegistrySettingsValidator : IValidateOptions<RegistryOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RegistryOptions options)
    {
        var faults = new List<string>();
        if (options.Url is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https"))
            faults.Add("Registry:Url is no address; write https://… of the schema registry.");
        else if (options.Url is { Scheme: "http", IsLoopback: false })
            faults.Add("Registry:Url leaves this machine without TLS; write an https address.");
        if (options.Username.Length == 0 != (options.Password.Length == 0))
            faults.Add("Registry:Username and Registry:Password: set both or none.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

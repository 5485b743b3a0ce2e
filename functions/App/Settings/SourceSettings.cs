using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Settings;

/// <summary>Checks the settings of a provider; one without accounts is not a source, and nothing more is asked of it.</summary>
public abstract class SourceSettingsValidator<T> : IValidateOptions<T> where T : SliceSourceOptions
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
        var faults = results.Select(result => $"{Section}: {result.ErrorMessage}").ToList();
        if (options.BaseUrl.Scheme != Uri.UriSchemeHttps && !options.BaseUrl.IsLoopback)
            faults.Add($"{Section}:BaseUrl leaves this machine without TLS; write an https address.");
        faults.AddRange(Faults(options).Select(fault => $"{Section}:{fault}"));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Where the settings stand in the configuration.</summary>
    protected abstract string Section { get; }

    /// <summary>What is wrong besides ranges: the setting and what to write.</summary>
    protected abstract IEnumerable<string> Faults(T options);
}

/// <summary>Checks <see cref="FacebookOptions"/>.</summary>
public sealed class FacebookSettingsValidator : SourceSettingsValidator<FacebookOptions>
{
    /// <inheritdoc/>
    protected override string Section => "Facebook";

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults(FacebookOptions options)
    {
        if (options.Accounts.Count == 0) yield break;
        if (options.AccessToken.Length == 0) yield return "AccessToken is not set; write a system user's token with ads_read.";
        if (options.AppSecret.Length == 0) yield return "AppSecret is not set; every call is signed with it.";
        foreach (var account in options.Accounts.Where(account => account.Length == 0 || !account.All(char.IsAsciiDigit)))
            yield return $"Accounts has '{account}'; write the digits without act_.";
    }
}

/// <summary>Checks <see cref="GoogleAdsOptions"/>.</summary>
public sealed class GoogleAdsSettingsValidator : SourceSettingsValidator<GoogleAdsOptions>
{
    /// <inheritdoc/>
    protected override string Section => "GoogleAds";

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults(GoogleAdsOptions options)
    {
        if (options.Accounts.Count == 0) yield break;
        var consent = options.ClientId.Length > 0 && options.ClientSecret.Length > 0 && options.RefreshToken.Length > 0;
        if (consent == options.ServiceAccountFile.Length > 0)
            yield return "RefreshToken with ClientId and ClientSecret, or ServiceAccountFile: set one of the two.";
        if (options.TokenUrl.Scheme != Uri.UriSchemeHttps && !options.TokenUrl.IsLoopback)
            yield return "TokenUrl leaves this machine without TLS; write an https address.";
        foreach (var account in options.Accounts.Where(account => account.Length == 0 || !account.All(char.IsAsciiDigit)))
            yield return $"Accounts has '{account}'; write the customer id's digits.";
    }
}

/// <summary>Checks <see cref="CleverTapOptions"/>.</summary>
public sealed class CleverTapSettingsValidator : SourceSettingsValidator<CleverTapOptions>
{
    /// <inheritdoc/>
    protected override string Section => "CleverTap";

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults(CleverTapOptions options)
    {
        for (var i = 0; i < options.Projects.Count; i++)
        {
            var project = options.Projects[i];
            if (project.AccountId.Length == 0) yield return $"Projects:{i}:AccountId is not set.";
            if (project.Passcode.Length == 0) yield return $"Projects:{i}:Passcode is not set.";
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(project.TimeZone, out _))
                yield return $"Projects:{i}:TimeZone is '{project.TimeZone}'; write the project's IANA zone, such as Asia/Kolkata.";
            if (project.Events.Count == 0 && project.ProfilesOf.Length == 0)
                yield return $"Projects:{i} names neither Events nor ProfilesOf: there is nothing to export.";
        }
    }
}

using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Transforms.Masking;

namespace Pipeline.App.Settings;

/// <summary>The keys that masked columns are hidden with (section <c>Masking</c>).</summary>
public sealed record MaskingSettings
{
    /// <summary>Where the configuration holds it.</summary>
    public const string Section = "Masking";

    /// <summary>Key versions by their number, from 1.</summary>
    public Dictionary<string, MaskKeySettings> Keys { get; init; } = [];

    /// <summary>How long behind a change of keys rows carry the pseudonym before it as well: at least the longest look-back of a
    /// join.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromDays(8);

    /// <summary>The keys, of settings that are valid.</summary>
    public MaskKeys ToKeys() => new(
        Keys.Select(each => new MaskKey(
            int.Parse(each.Key, CultureInfo.InvariantCulture), Convert.FromBase64String(each.Value.Key),
            each.Value.Start ?? DateTimeOffset.MinValue)),
        Overlap);
}

/// <summary>One key version.</summary>
public sealed record MaskKeySettings
{
    /// <summary>Base64 of 32 bytes.</summary>
    public string Key { get; init; } = "";

    /// <summary>The instant from which events use it, with a zone; empty for the first version.</summary>
    public string From { get; init; } = "";

    /// <summary><see cref="From"/> as an instant; null when it is empty or none.</summary>
    internal DateTimeOffset? Start => DateTimeOffset.TryParse(
        From, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
}

/// <summary>Checks <see cref="MaskingSettings"/>, and that there is a key where a contract asks for one. Never repeats a key.</summary>
public sealed class MaskingSettingsValidator(ContractSet contracts) : IValidateOptions<MaskingSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MaskingSettings options)
    {
        var faults = new List<string>();
        if (options.Overlap < TimeSpan.FromHours(1) || options.Overlap > TimeSpan.FromDays(400))
            faults.Add("Masking:Overlap is from 01:00:00 to 400.00:00:00; at least the longest look-back of a join.");
        var keys = options.Keys.OrderBy(each => VersionOf(each.Key) ?? int.MaxValue).ToList();
        for (var i = 0; i < keys.Count; i++)
            faults.AddRange(Faults(keys[i].Key, keys[i].Value, i == 0 ? null : keys[i - 1].Value, options.Overlap));
        if (keys.Select(each => each.Value.Key).Distinct().Count() < keys.Count)
            faults.Add("Masking:Keys has one key twice; write another one for each version (openssl rand -base64 32).");
        var masked = contracts.Contracts.Where(BatchMask.NeedsKey).Select(contract => contract.Dataset).ToList();
        if (keys.Count == 0 && masked.Count > 0)
            faults.Add(
                $"Set Masking:Keys:1:Key to 32 bytes in base64 (openssl rand -base64 32): {string.Join(", ", masked)} mask columns with it.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(string version, MaskKeySettings key, MaskKeySettings? before, TimeSpan overlap)
    {
        var at = $"Masking:Keys:{version}";
        if (VersionOf(version) is null) yield return $"Masking:Keys has '{version}'; versions are whole numbers from 1.";
        var bytes = new byte[MaskKeys.SecretBytes + 2];
        if (!Convert.TryFromBase64String(key.Key, bytes, out var written) || written != MaskKeys.SecretBytes)
            yield return $"{at}:Key is not 32 bytes in base64 (openssl rand -base64 32).";
        if (key.From.Length > 0 && key.Start is null)
            yield return $"{at}:From is '{key.From}'; write an instant such as 2027-01-01T00:00:00Z.";
        else if (before is not null && key.Start is null)
            yield return $"Set {at}:From to the instant from which events use it, one to come.";
        else if (before is not null && key.Start - before.Start < overlap)
            yield return $"{at}:From is not behind the version before by Masking:Overlap ({overlap}): rows carry two pseudonyms, not three.";
    }

    private static int? VersionOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? version : null;
}

using System.Runtime.CompilerServices;
using Pipeline.App.Settings;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Whether the keys that hide and seal are as hard to guess as 32 random bytes. Their length is the settings' own rule.</summary>
internal static class KeyChecks
{
    private const string Remedy = "Make one by: openssl rand -base64 32. What was hidden or sealed with the old one needs that to be read.";

    /// <summary>Different bytes among 32 random ones: fewer than this happen less than once in 10^12 keys.</summary>
    private const int FewestBytes = 18;

    public static IEnumerable<Check> Of(Patient patient)
    {
        if (patient.Has<QuarantineSettings>(out var quarantine))
            yield return Key("keys.sealing", "Quarantine:SealingKey", quarantine.SealingKey, []);
        if (patient.Contracts.Faults.Count > 0 || !patient.Has<MaskingSettings>(out var masking)) yield break;
        foreach (var (version, key) in masking.Keys)
            yield return Key(
                $"keys.masking.{version}", $"Masking:Keys:{version}:Key", key.Key, quarantine is null ? [] : [quarantine.SealingKey]);
    }

    private static Check Key(string check, string setting, string key, string[] others) =>
        new(check, Remedy, stopping => ExamineAsync(check, setting, key, others, stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        string check, string setting, string key, string[] others, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        var bytes = Convert.FromBase64String(key);
        yield return bytes.All(value => value is >= 0x20 and < 0x7F)
                ? Finding.Fault(check,
                    $"{setting} is a text in base64, as the one of the sample settings is; it can be guessed or looked up.", Remedy)
            : bytes.Distinct().Count() < FewestBytes
                ? Finding.Fault(check, $"{setting} repeats few bytes; it can be guessed.", Remedy)
            : others.Contains(key)
                ? Finding.Warning(check, $"{setting} is the same as Quarantine:SealingKey: who has one has both.", Remedy)
            : Finding.Ok(check, "Looks random.");
    }
}

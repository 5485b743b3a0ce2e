using System.Runtime.CompilerServices;
using Pipeline.App.Settings;
using Pipeline.Sources.Attribution;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Registry;
using Pipeline.Sources.Sqs;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every section of the settings by its own rules, as a start does it. What depends on a wrong section is skipped
/// elsewhere.</summary>
internal static class SettingsChecks
{
    private const string Remedy = "Correct the setting as the sentence says; local.settings.sample.json has every one.";

    public static IEnumerable<Check> Of(Patient patient)
    {
        yield return Section<LedgerSettings>(patient, "ledger");
        yield return Section<LakeSettings>(patient, "lake");
        yield return Section<SegmentSettings>(patient, "segments");
        yield return Section<QuarantineSettings>(patient, "quarantine");
        yield return Section<DropSettings>(patient, "drop");
        yield return Section<KafkaSettings>(patient, "kafka");
        yield return Section<PublishSettings>(patient, "publish");
        yield return Section<FacebookOptions>(patient, "facebook");
        yield return Section<GoogleAdsOptions>(patient, "google_ads");
        yield return Section<CleverTapOptions>(patient, "clevertap");
        yield return Section<RegistryOptions>(patient, "registry");
        yield return Section<SqsOptions>(patient, "sqs");
        yield return Section<AttributionOptions>(patient, "attribution");
        // Masks ask the contracts which of them need a key.
        if (patient.Contracts.Faults.Count == 0) yield return Section<MaskingSettings>(patient, "masking");
    }

    private static Check Section<T>(Patient patient, string name) where T : class =>
        new($"settings.{name}", Remedy, stopping => ExamineAsync<T>(patient, $"settings.{name}", stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync<T>(
        Patient patient, string check, [EnumeratorCancellation] CancellationToken stopping) where T : class
    {
        await Task.CompletedTask.WaitAsync(stopping);
        var faults = patient.Faults<T>();
        foreach (var fault in faults) yield return Finding.Fault(check, fault, Remedy);
        if (faults.Count == 0) yield return Finding.Ok(check, "Valid.");
    }
}

using System.Runtime.CompilerServices;
using Pipeline.App.Settings;
using Pipeline.Sinks.Alerting;
using Pipeline.Sources.Attribution;
using Pipeline.Sources.BigQuery;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Registry;
using Pipeline.Sources.Relational;
using Pipeline.Sources.Sqs;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every section of the settings by its own rules, as a start does it. What depends on a wrong section is skipped
/// elsewhere.</summary>
internal static class SettingsChecks
{
    private const string Remedy = "Correct the setting as the sentence says; local.settings.sample.json has every one.";

    /// <summary>All that a start validates.</summary>
    internal static IReadOnlyList<SettingsSection> Sections { get; } =
    [
        SettingsSection.Of<LedgerSettings>("ledger"),
        SettingsSection.Of<LakeSettings>("lake"),
        SettingsSection.Of<SegmentSettings>("segments"),
        SettingsSection.Of<QuarantineSettings>("quarantine"),
        SettingsSection.Of<DropSettings>("drop"),
        SettingsSection.Of<KafkaSettings>("kafka"),
        SettingsSection.Of<PublishSettings>("publish"),
        SettingsSection.Of<FacebookOptions>("facebook"),
        SettingsSection.Of<GoogleAdsOptions>("google_ads"),
        SettingsSection.Of<CleverTapOptions>("clevertap"),
        SettingsSection.Of<BigQueryOptions>("bigquery"),
        SettingsSection.Of<RelationalOptions>("relational"),
        SettingsSection.Of<RegistryOptions>("registry"),
        SettingsSection.Of<SqsOptions>("sqs"),
        SettingsSection.Of<AttributionOptions>("attribution"),
        SettingsSection.Of<MaskingSettings>("masking", asksContracts: true),
        SettingsSection.Of<AlertOptions>("alerts", asksContracts: true),
    ];

    public static IEnumerable<Check> Of(Patient patient) =>
        from section in Sections
        where !section.AsksContracts || patient.Contracts.Faults.Count == 0
        select new Check($"settings.{section.Name}", Remedy, stopping => ExamineAsync(patient, section, stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, SettingsSection section, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        var faults = section.Faults(patient);
        foreach (var fault in faults) yield return Finding.Fault($"settings.{section.Name}", fault, Remedy);
        if (faults.Count == 0) yield return Finding.Ok($"settings.{section.Name}", "Valid.");
    }
}

/// <summary>A section of the settings that stops a start when it is wrong.</summary>
/// <param name="Options">The type it is bound to.</param>
/// <param name="Name">In the findings' names.</param>
/// <param name="AsksContracts">Its rules read the contracts, whose own faults come first.</param>
/// <param name="Faults">What is wrong with it, a sentence each.</param>
internal sealed record SettingsSection(Type Options, string Name, bool AsksContracts, Func<Patient, IReadOnlyList<string>> Faults)
{
    public static SettingsSection Of<T>(string name, bool asksContracts = false) where T : class =>
        new(typeof(T), name, asksContracts, patient => patient.Faults<T>());
}

using System.Runtime.CompilerServices;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every account of the providers: whether it can be asked, and for how long.</summary>
internal static class ProviderChecks
{
    private static readonly TimeSpan SoonEnds = TimeSpan.FromDays(14);

    // The segments' store is part of a source, so that without its settings no source can be made.
    public static IEnumerable<Check> Of(Patient patient)
    {
        if (!patient.Has<Settings.SegmentSettings>(out _) || !patient.Has<Settings.LakeSettings>(out _)
            || !patient.Has<Settings.QuarantineSettings>(out _)) yield break;
        if (patient.Has<FacebookOptions>(out var facebook))
            foreach (var account in facebook.Accounts)
                yield return Account(patient, "facebook", account, "Facebook:AccessToken and Facebook:AppSecret");
        if (patient.Has<GoogleAdsOptions>(out var google))
            foreach (var account in google.Accounts)
                yield return Account(patient, "google_ads", account, "the GoogleAds credentials and LoginCustomerId");
        if (patient.Has<CleverTapOptions>(out var cleverTap))
            foreach (var project in cleverTap.Projects)
                yield return Account(patient, "clevertap", project.AccountId, "the project's Passcode and CleverTap:BaseUrl");
    }

    private static Check Account(Patient patient, string source, string account, string settings) => new(
        $"provider.{source}.{account}", $"Check {settings}, and what the account allows.",
        stopping => ExamineAsync(patient, source, account, settings, stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, string source, string account, string settings, [EnumeratorCancellation] CancellationToken stopping)
    {
        var check = $"provider.{source}.{account}";
        var probe = await patient.Part<IEnumerable<ISliceSource>>().Single(each => each.Name == source).ProbeAsync(account, stopping);
        if (probe.Problem is { } problem) yield return Finding.Fault(check, problem, $"Renew or correct {settings}.");
        else if (probe.TokenExpires < patient.Time.GetUtcNow() + SoonEnds)
            yield return Finding.Warning(check, $"The token ends on {probe.TokenExpires:yyyy-MM-dd}.", $"Renew {settings} before.");
        else yield return Finding.Ok(check,
            $"It answers; its days are those of {probe.TimeZone}{(probe.Currency is { } money ? $", its money is {money}" : "")}.");
    }
}

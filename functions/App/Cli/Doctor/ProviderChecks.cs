using System.Runtime.CompilerServices;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every account of the sources that are asked day by day: whether it can be asked, for how long, and for each of its
/// streams.</summary>
internal static class ProviderChecks
{
    private static readonly TimeSpan SoonEnds = TimeSpan.FromDays(14);

    public static IEnumerable<Check> Of(Patient patient) =>
        from source in patient.Sources
        from account in source.Accounts
        let settings = SettingsOf(source.Name, account)
        select new Check(
            $"provider.{source.Name}.{account}", $"Check {settings}, and what the account allows.",
            stopping => ExamineAsync(source, account, settings, patient.Time, stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        ISliceSource source, string account, string settings, TimeProvider time, [EnumeratorCancellation] CancellationToken stopping)
    {
        var check = $"provider.{source.Name}.{account}";
        var probe = await source.ProbeAsync(account, stopping);
        if (probe.Problem is { } problem)
        {
            yield return Finding.Fault(check, problem, $"Renew or correct {settings}.");
            yield break;
        }
        yield return probe.TokenExpires < time.GetUtcNow() + SoonEnds
            ? Finding.Warning(check, $"The token ends on {probe.TokenExpires:yyyy-MM-dd}.", $"Renew {settings} before.")
            : Finding.Ok(check,
                $"It answers; its days are those of {probe.TimeZone}{(probe.Currency is { } money ? $", its money is {money}" : "")}.");
        var today = TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(probe.TimeZone));
        var yesterday = DateOnly.FromDateTime(today.DateTime).AddDays(-1);
        var given = 0;
        foreach (var windows in source.Plan(account, yesterday, yesterday).Chunk(source.AtOnce))
        {
            var refusals = await Task.WhenAll(windows.Select(window => source.RehearseAsync(window, stopping)));
            foreach (var (window, refusal) in windows.Zip(refusals))
            {
                if (refusal is null or { IsPartial: true }) given++;
                if (refusal is { IsPartial: true }) yield return Finding.Warning($"{check}.{window.Stream}", refusal.Problem, refusal.Remedy);
                else if (refusal is not null) yield return Finding.Fault($"{check}.{window.Stream}", refusal.Problem, refusal.Remedy);
            }
        }
        if (given > 0) yield return Finding.Ok($"{check}.streams", $"{given} streams would be answered.");
    }

    private static string SettingsOf(string source, string account) => source switch
    {
        "facebook" => "Facebook:AccessToken and Facebook:AppSecret",
        "google_ads" => "the GoogleAds credentials and LoginCustomerId",
        "clevertap" => "the project's Passcode and CleverTap:BaseUrl",
        "bigquery" => "BigQuery:ServiceAccountFile, and the account's roles in BigQuery:Project",
        "relational" => $"Relational:Databases:{account}:ConnectionString",
        _ => $"the settings of {source}",
    };
}

using Pipeline.Domain.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>What follows from each answer of Meta that is not the one hoped for, over HTTP.</summary>
public sealed class FacebookFaultTests
{
    private static readonly SliceWindow ThreeDays = new("facebook", "1001", "campaign", SourceRig.Day, SourceRig.Day.AddDays(2));

    /// <summary>Fault, the endpoint it is shown at, what follows when it is shown once, and when it is shown always.</summary>
    public static TheoryData<string, string, string, string> Table { get; } = new()
    {
        { "unknown", "report_submit", "Fetched", "Transient..." },
        { "subcode_99", "report_status", "Fetched", "Transient..." },
        { "temporary", "report_page", "Fetched", "Transient..." },
        { "temporary_1504043", "report_submit", "Fetched", "Transient..." },
        { "service_unavailable", "report_status", "Fetched", "Transient..." },
        { "summary_param", "report_page", "Fetched", "Transient..." },
        { "server_error", "report_page", "Fetched", "Transient..." },
        { "bad_gateway", "report_submit", "Fetched", "Transient..." },
        { "drop", "report_page", "Fetched", "Transient..." },
        { "slow", "report_page", "Fetched", "Fetched" },
        { "reduce_data", "report_page", "Fetched", "Halved, Halved, Cut, Terminal" },
        { "too_broad", "report_submit", "Halved, Fetched, Fetched", "Halved, Halved, Cut, Terminal" },
        { "timed_out", "report_submit", "Halved, Fetched, Fetched", "Halved, Halved, Cut, Terminal" },
        { "timed_out_1504038", "report_page", "Halved, Fetched, Fetched", "Halved, Halved, Cut, Terminal" },
        { "app_limit", "report_submit", "Throttled (application), Fetched", "Throttled (application)..." },
        { "app_limit_1504022", "report_status", "Throttled (application), Fetched", "Throttled (application)..." },
        { "app_limit_1504039", "report_page", "Throttled (application), Fetched", "Throttled (application)..." },
        { "user_limit", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "page_limit", "report_status", "Throttled, Fetched", "Throttled..." },
        { "limit_341", "report_page", "Throttled, Fetched", "Throttled..." },
        { "custom_limit", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "throttle", "report_status", "Throttled, Fetched", "Throttled..." },
        { "limit_80001", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80002", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80003", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80004", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80005", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80006", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80008", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80009", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "limit_80014", "report_submit", "Throttled, Fetched", "Throttled..." },
        { "busy", "report_submit", "Throttled, Fetched", "Throttled, Fetched" },
        { "report_failed", "report_page", "Fetched", "Transient..." },
        { "run_not_found", "report_status", "Fetched", "Transient..." },
        { "job_failed", "report_submit", "Fetched", "Transient..." },
        { "job_failed_report", "report_submit", "Fetched", "Transient..." },
        { "job_limited", "report_submit", "Fetched", "Waiting..." },
        { "job_limited_app", "report_submit", "Fetched", "Waiting..." },
        { "job_skipped", "report_submit", "Fetched", "Transient..." },
        { "job_stuck", "report_submit", "Halved, Fetched, Fetched", "Halved, Halved, Cut, Terminal" },
        { "job_too_broad", "report_submit", "Halved, Fetched, Fetched", "Halved, Halved, Cut, Terminal" },
        { "empty_page", "report_page", "Fetched", "Fetched" },
        { "invalid_breakdowns", "report_submit", "Terminal", "Terminal" },
        { "invalid_metric", "report_submit", "Terminal", "Terminal" },
        { "too_old", "report_submit", "Terminal", "Terminal" },
        { "token_expired", "report_submit", "Stopped (application)", "Stopped (application)" },
        { "token_revoked", "report_status", "Stopped (application)", "Stopped (application)" },
        { "token_invalid", "report_page", "Stopped (application)", "Stopped (application)" },
        { "permission", "report_submit", "Stopped", "Stopped" },
        { "permission_200", "report_submit", "Stopped", "Stopped" },
        { "missing_permissions", "report_submit", "Stopped", "Stopped" },
        { "version_gone", "report_submit", "Stopped (application)", "Stopped (application)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_answer_leads_to_its_action_and_what_heals_lands_the_truth(string fault, string endpoint, string once, string always)
    {
        foreach (var (next, expected) in new[] { ((int?)1, once), (null, always) })
        {
            await using var rig = await SourceRig.StartAsync();
            var source = rig.Facebook();
            Assert.Null((await source.ProbeAsync("1001", TestContext.Current.CancellationToken)).Problem);
            await rig.FaultAsync("facebook", fault, next, endpoint, waitSeconds: 90);

            var journey = await Journey.OfAsync(rig, source, ThreeDays);

            Assert.Equal((fault, expected), (fault, journey.Trail));
            if (expected.EndsWith("Fetched", StringComparison.Ordinal)) await AssertTruthAsync(rig, journey);
            await rig.AssertPoliteAndDiscreetAsync("facebook");
        }
    }

    [Fact]
    public async Task A_report_is_loaded_when_the_limit_has_passed_however_many_runs_it_ended_and_failures_beside_it()
    {
        await using var rig = await SourceRig.StartAsync();
        var source = rig.Facebook();
        Assert.Null((await source.ProbeAsync("1001", TestContext.Current.CancellationToken)).Problem);
        await rig.FaultAsync("facebook", "job_failed", next: 1, "report_submit");
        await rig.FaultAsync("facebook", "job_limited", next: 10, "report_submit");
        await rig.FaultAsync("facebook", "job_failed", next: 2, "report_submit");
        var began = rig.Clock.GetUtcNow();

        var journey = await Journey.OfAsync(rig, source, ThreeDays);

        Assert.Equal("Fetched", journey.Trail);
        await AssertTruthAsync(rig, journey);
        Assert.Equal(14, await rig.CallsAsync("report_submit"));
        Assert.InRange(rig.Clock.GetUtcNow() - began, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));
    }

    private static async Task AssertTruthAsync(SourceRig rig, Journey journey) => Assert.Equal(
        await Landed.TruthAsync(rig, "facebook", ThreeDays, withReach: true), await Landed.FacebookAsync(rig.Segments, journey.Parts));

    [Fact]
    public async Task The_table_has_every_fault_of_the_Sandbox()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Equal(await rig.FaultNamesAsync("facebook"), Table.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }
}

using Pipeline.Domain.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>What follows from each answer of Google that is not the one hoped for, over HTTP.</summary>
public sealed class GoogleAdsFaultTests
{
    private static readonly SliceWindow ThreeDays = new("google_ads", "1234567801", "campaign", SourceRig.Day, SourceRig.Day.AddDays(2));

    /// <summary>Fault, what follows when it is shown once, and when it is shown always.</summary>
    public static TheoryData<string, string, string> Table { get; } = new()
    {
        { "throttle", "Throttled, Fetched", "Throttled..." },
        { "temporarily_exhausted", "Throttled, Fetched", "Throttled..." },
        { "excessive_short_term", "Throttled, Fetched", "Throttled..." },
        { "excessive_long_term", "Throttled, Fetched", "Throttled..." },
        { "too_many_requests", "Throttled, Fetched", "Throttled..." },
        { "internal_error", "Fetched", "Transient..." },
        { "transient_error", "Fetched", "Transient..." },
        { "deadline_exceeded", "Fetched", "Transient..." },
        { "unavailable", "Fetched", "Transient..." },
        { "server_error", "Fetched", "Transient..." },
        { "bad_gateway", "Fetched", "Transient..." },
        { "slow", "Fetched", "Fetched" },
        { "drop", "Halved, Fetched, Fetched", "Halved, Halved, Transient..." },
        { "error_in_stream", "Transient, Fetched", "Transient..." },
        { "token_expired", "Fetched", "Stopped (application)" },
        { "query_error", "Terminal", "Terminal" },
        { "customer_not_enabled", "Skipped", "Skipped" },
        { "user_permission_denied", "Stopped", "Stopped" },
        { "project_not_approved", "Stopped (application)", "Stopped (application)" },
        { "expired_page_token", "Transient, Fetched", "Transient..." },
        { "unsupported_version", "Stopped (application)", "Stopped (application)" },
        { "invalid_grant", "Stopped (application)", "Stopped (application)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_answer_leads_to_its_action_and_what_heals_lands_the_truth(string fault, string once, string always)
    {
        foreach (var (next, expected) in new[] { ((int?)1, once), (null, always) })
        {
            await using var rig = await SourceRig.StartAsync();
            var source = rig.Google();
            // An access token is asked for once: the fault of that call must come before it.
            if (fault != "invalid_grant") Assert.Null((await source.ProbeAsync(ThreeDays.Account, TestContext.Current.CancellationToken)).Problem);
            await rig.FaultAsync("google_ads", fault, next);

            var journey = await Journey.OfAsync(rig, source, ThreeDays);

            Assert.Equal((fault, expected), (fault, journey.Trail));
            if (expected.EndsWith("Fetched", StringComparison.Ordinal)) await AssertTruthAsync(rig, journey);
            await rig.AssertPoliteAndDiscreetAsync("google_ads");
        }
    }

    private static async Task AssertTruthAsync(SourceRig rig, Journey journey) => Assert.Equal(
        await Landed.TruthAsync(rig, "google_ads", ThreeDays, withReach: false), await Landed.GoogleAsync(rig.Segments, journey.Parts));

    [Fact]
    public async Task The_table_has_every_fault_of_the_Sandbox()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Equal(await rig.FaultNamesAsync("google_ads"), Table.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }
}

using Pipeline.Domain.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>What follows from each answer of CleverTap that is not the one hoped for, over HTTP.</summary>
public sealed class CleverTapFaultTests
{
    internal static readonly SliceWindow OneDay = new("clevertap", "AAA-111-11ZZ", "App Launched", SourceRig.Day, SourceRig.Day);

    /// <summary>Fault, what follows when it is shown once, and when it is shown always.</summary>
    public static TheoryData<string, string, string> Table { get; } = new()
    {
        { "throttle", "Throttled, Fetched", "Throttled..." },
        { "throttle_200", "Throttled, Fetched", "Throttled..." },
        { "in_progress", "Fetched", "Waiting..." },
        { "in_progress_202", "Fetched", "Waiting..." },
        { "incorrect_usage", "Terminal", "Terminal" },
        { "cursor_expired", "Transient, Fetched", "Transient..." },
        { "cursor_repeated", "Terminal", "Terminal" },
        { "not_exportable", "Skipped", "Skipped" },
        { "unknown_event", "Terminal", "Terminal" },
        { "wrong_region", "Stopped", "Stopped" },
        { "count_off", "Fetched", "Fetched" },
        { "unavailable", "Fetched", "Transient..." },
        { "server_error", "Fetched", "Transient..." },
        { "bad_gateway", "Fetched", "Transient..." },
        { "drop", "Fetched", "Transient..." },
        { "slow", "Fetched", "Fetched" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_answer_leads_to_its_action_and_what_heals_lands_the_truth(string fault, string once, string always)
    {
        foreach (var (next, expected) in new[] { ((int?)1, once), (null, always) })
        {
            await using var rig = await SourceRig.StartAsync();
            // The first export of the Sandbox is unready for two looks, which spend a fault that only changes a page.
            await rig.FaultAsync("clevertap", fault, next, after: fault == "cursor_repeated" ? 2 : 0);

            var journey = await Journey.OfAsync(rig, rig.CleverTap(), OneDay);

            Assert.Equal((fault, expected), (fault, journey.Trail));
            if (expected.EndsWith("Fetched", StringComparison.Ordinal))
                Assert.Equal(await Landed.EventsAsync(rig, OneDay), await Landed.CleverTapAsync(rig.Segments, journey.Parts));
            await rig.AssertPoliteAndDiscreetAsync("clevertap");
        }
    }

    [Fact]
    public async Task The_table_has_every_fault_of_the_Sandbox()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Equal(await rig.FaultNamesAsync("clevertap"), Table.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }
}

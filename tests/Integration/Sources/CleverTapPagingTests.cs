using System.Collections.Concurrent;
using System.Text.Json;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>Cursors and counts of CleverTap's exports.</summary>
public sealed class CleverTapPagingTests
{
    [Fact]
    public async Task A_cursor_is_sent_as_it_was_given()
    {
        using var wire = new Cursors();
        await using var rig = await SourceRig.StartAsync(wire);
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Equal("Fetched", journey.Trail);
        Assert.True(wire.Given.Distinct().Count() > 2);
        Assert.Equal(wire.Given.Distinct(), wire.Sent.Distinct());
        Assert.All(wire.Sent, cursor => Assert.Contains("%2F%2B", cursor, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waiting_for_an_export_keeps_its_cursor()
    {
        using var wire = new Cursors();
        await using var rig = await SourceRig.StartAsync(wire);
        await rig.FaultAsync("clevertap", "in_progress", next: 5);
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Equal(("Fetched", 1), (journey.Trail, await rig.CallsAsync("export")));
        Assert.Equal(8, wire.Sent.Count(cursor => cursor == wire.Sent.First()));     // five faults, two looks too early, the page
    }

    [Fact]
    public async Task A_cursor_that_died_while_waiting_is_begun_anew()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.FaultAsync("clevertap", "in_progress", next: 1);
        await rig.FaultAsync("clevertap", "cursor_expired", next: 1);
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Equal(("Fetched", 2), (journey.Trail, await rig.CallsAsync("export")));
        await AssertTruthAsync(rig, journey);
    }

    [Fact]
    public async Task Waits_in_the_middle_of_an_export_lose_no_page()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.FaultAsync("clevertap", "in_progress", next: 3, after: 4);
        await rig.FaultAsync("clevertap", "throttle", next: 2, endpoint: "page", after: 5);
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Equal(("Fetched", 1), (journey.Trail, await rig.CallsAsync("export")));
        await AssertTruthAsync(rig, journey);
    }

    [Fact]
    public async Task An_export_that_differs_from_the_count_is_suspect()
    {
        await using var rig = await SourceRig.StartAsync();
        Assert.Null((await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay)).Suspect);
        await rig.FaultAsync("clevertap", "count_off");
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Matches("^CleverTap counts \\d+ events and its export held \\d+: pages are missing, or its paging has changed\\.$", journey.Suspect);
    }

    [Fact]
    public async Task A_cursor_by_its_other_name_is_followed()
    {
        await using var rig = await SourceRig.StartAsync();
        await rig.Apis.SwitchAsync("structure", new { platform = "clevertap", change = "cursor_renamed" });
        var journey = await Journey.OfAsync(rig, rig.CleverTap(), CleverTapFaultTests.OneDay);
        Assert.Equal(("Fetched", null), (journey.Trail, journey.Suspect));
        await AssertTruthAsync(rig, journey);
    }

    private static async Task AssertTruthAsync(SourceRig rig, Journey journey)
    {
        Assert.Equal(
            await Landed.EventsAsync(rig, CleverTapFaultTests.OneDay), await Landed.CleverTapAsync(rig.Segments, journey.Parts));
        await rig.AssertPoliteAndDiscreetAsync("clevertap");
    }

    /// <summary>Keeps the cursors that are given and those that are sent, as they stand on the wire.</summary>
    private sealed class Cursors() : DelegatingHandler(new SocketsHttpHandler())
    {
        public ConcurrentQueue<string> Sent { get; } = new();

        public ConcurrentQueue<string> Given { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.OriginalString.Split("?cursor=") is [_, var sent]) Sent.Enqueue(sent);
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var body = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            foreach (var name in (ReadOnlySpan<string>)["cursor", "next_cursor"])
                if (body.TryGetProperty(name, out var given)) Given.Enqueue(given.GetString()!);
            return response;
        }
    }
}

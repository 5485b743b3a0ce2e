using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.App;

/// <summary>GET /api/datasets and GET /api/publications, of a running app.</summary>
public sealed class ListingTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Datasets_and_their_publications_can_be_listed()
    {
        var day = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);
        await using var rig = await ExtractRig.StartAsync(postgres);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
        for (var run = 0; run < 2; run++)
        {
            await rig.BackfilledAsync(await rig.BackfillAsync("clevertap", day, day));
            await rig.PublishedAsync();
        }

        var answer = await rig.App.Http.GetFromJsonAsync<JsonElement>("/api/datasets", Stopping);
        var events = answer.GetProperty("datasets").EnumerateArray().Single(one => one.GetProperty("dataset").GetString() == "clevertap_events");
        Assert.Equal("warehouse.clevertap_events", events.GetProperty("table").GetString());
        Assert.Equal(["event_date", "account_id", "event_name"], events.GetProperty("partition_by").EnumerateArray().Select(column => column.GetString()));
        Assert.Equal("clevertap", Assert.Single(events.GetProperty("sources").EnumerateArray()).GetProperty("kind").GetString());

        var publications = await PublicationsAsync(rig, "dataset=clevertap_events");
        var ids = publications.Select(each => each.GetProperty("id").GetInt64()).ToArray();
        Assert.True(ids.Length >= 2);
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.All(publications, each => Assert.Equal(
            each.GetProperty("rows_in").GetInt64(),
            each.GetProperty("rows_out").GetInt64() + each.GetProperty("duplicates").GetInt64() + each.GetProperty("rejected").GetInt64()));
        Assert.Equal(ids[..1], (await PublicationsAsync(rig, "dataset=clevertap_events&limit=1")).Select(each => each.GetProperty("id").GetInt64()));
        Assert.Empty(await PublicationsAsync(rig, "dataset=user_actions"));

        using var refused = await rig.App.Http.GetAsync("/api/publications?dataset=nothing&limit=0", Stopping);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var faults = await refused.Content.ReadAsStringAsync(Stopping);
        Assert.Contains("write one of", faults, StringComparison.Ordinal);
        Assert.Contains("from 1 to 500", faults, StringComparison.Ordinal);
    }

    private static async Task<JsonElement[]> PublicationsAsync(ExtractRig rig, string query) =>
        [.. (await rig.App.Http.GetFromJsonAsync<JsonElement>($"/api/publications?{query}", Stopping)).GetProperty("publications").EnumerateArray()];
}

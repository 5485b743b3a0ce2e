using System.Net;
using System.Text.Json;

namespace Pipeline.Tests.Integration.SandboxTests;

public sealed class CleverTapTests : IAsyncLifetime
{
    private SandboxApis apis = null!;

    public async ValueTask InitializeAsync() => apis = await SandboxApis.StartAsync();

    public ValueTask DisposeAsync() => apis.DisposeAsync();

    [Fact]
    public async Task A_chain_of_pages_ends_with_one_without_records_and_is_the_truth()
    {
        var cursor = await OrderAsync("App Launched", 20261001, 20261002);
        var (records, pages) = await ReadAsync(cursor);
        var truth = (await apis.TruthAsync("clevertap", "AAA-111-11ZZ", "2026-10-01", "2026-10-02")).Where(row => row["event"] == "App Launched").ToList();
        Assert.True(pages > 3);
        Assert.Equal(truth.Select(Flat).Order(), records.Select(Flat).Order());
        Assert.All(records, record => Assert.Equal(JsonValueKind.Number, record.GetProperty("ts").ValueKind));
        Assert.Equal(truth.Count, await CountAsync("events", "App Launched", 20261001, 20261002));
    }

    [Fact]
    public async Task An_export_that_is_not_ready_answers_code_2()
    {
        var cursor = await OrderAsync("Charged", 20261001, 20261001);
        var (response, body) = await PageAsync(cursor);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, body.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_cursor_that_is_encoded_twice_is_an_incorrect_usage()
    {
        var cursor = await OrderAsync("Charged", 20261001, 20261001);
        Assert.Contains('%', cursor);
        Assert.Equal(3, (await PageAsync(Uri.EscapeDataString(cursor))).Body.GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("Notification Sent", "Export not allowed for this event")]
    [InlineData("app launched", "Invalid event : app launched")]
    public async Task Events_that_cannot_be_exported_are_refused(string name, string reason)
    {
        var (response, body) = await SendAsync(HttpMethod.Post, "/1/events.json?batch_size=50", new { event_name = name, from = 20261001, to = 20261001 });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_regions_host_knows_no_account()
    {
        var request = SandboxApis.CleverTap(HttpMethod.Get, "/getSchema?type=events");
        request.Headers.Host = "sg1.api.clevertap.com";
        Assert.Equal(HttpStatusCode.Unauthorized, (await apis.SendAsync(request)).Response.StatusCode);
        request = SandboxApis.CleverTap(HttpMethod.Get, "/getSchema?type=events");
        request.Headers.Host = "in1.api.clevertap.com";
        Assert.Equal(HttpStatusCode.OK, (await apis.SendAsync(request)).Response.StatusCode);
    }

    [Fact]
    public async Task A_fourth_call_at_once_is_refused_and_counted()
    {
        await apis.SwitchAsync("faults", new { platform = "clevertap", fault = "slow", waitSeconds = 1 });
        var calls = Enumerable.Range(0, 12).Select(_ => SendAsync(HttpMethod.Get, "/getSchema?type=events")).ToList();
        var refused = (await Task.WhenAll(calls)).Count(answer => answer.Response.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.InRange(refused, 1, 9);
        Assert.Equal(refused, await apis.ExceededAsync("clevertap", "over_concurrency"));
    }

    [Fact]
    public async Task A_cursor_can_be_repeated_and_a_count_can_be_off()
    {
        await apis.SwitchAsync("faults", new { platform = "clevertap", fault = "cursor_repeated", after = 2, next = 1 });
        await apis.SwitchAsync("faults", new { platform = "clevertap", fault = "count_off", next = 1 });
        var cursor = await OrderAsync("App Launched", 20261001, 20261001);
        var repeated = false;
        for (var call = 0; call < 6 && !repeated; call++)
        {
            if (!(await PageAsync(cursor)).Body.TryGetProperty("next_cursor", out var next)) continue;
            repeated = next.GetString() == cursor;
            cursor = next.GetString()!;
        }

        Assert.True(repeated);
        var (records, _) = await ReadAsync(await OrderAsync("App Launched", 20261001, 20261001));
        Assert.True(await CountAsync("events", "App Launched", 20261001, 20261001) > records.Count);
    }

    [Fact]
    public async Task Profiles_are_exported_one_a_person_with_types_in_disorder()
    {
        var (records, _) = await ReadAsync(await OrderAsync("App Launched", 20261001, 20261001, "profiles"), "profiles");
        Assert.Equal(await CountAsync("profiles", "App Launched", 20261001, 20261001), records.Count);
        var kinds = records.Select(record => record.GetProperty("profileData").GetProperty("Lifetime Value").ValueKind).Distinct();
        Assert.Equal([JsonValueKind.String, JsonValueKind.Number], kinds.Order());
    }

    [Theory]
    [InlineData("field_renamed", "eventProps")]
    [InlineData("field_added", "consent")]
    public async Task A_changed_structure_touches_its_days_alone(string change, string field)
    {
        await apis.SwitchAsync("structure", new { platform = "clevertap", change, from = "2026-10-02" });
        var (records, _) = await ReadAsync(await OrderAsync("Charged", 20261001, 20261002));
        Assert.All(records, record => Assert.Equal(record.GetProperty("ts").GetInt64() >= 20261002000000, record.TryGetProperty(field, out _)));
    }

    [Fact]
    public async Task The_envelope_can_change_and_change_back()
    {
        await apis.SwitchAsync("structure", new { platform = "clevertap", change = "cursor_renamed" });
        await apis.SwitchAsync("structure", new { platform = "clevertap", change = "envelope" });
        var cursor = await OrderAsync("Charged", 20261001, 20261001);
        await PageAsync(cursor);
        await PageAsync(cursor);
        var page = (await PageAsync(cursor)).Body;
        Assert.Equal(["status", "data", "cursor"], page.EnumerateObject().Select(member => member.Name));
        await apis.SwitchAsync("reset", new { });
        Assert.NotEmpty((await ReadAsync(await OrderAsync("Charged", 20261001, 20261001))).Records);
    }

    [Fact]
    public async Task Counters_say_how_often_each_page_was_fetched()
    {
        await ReadAsync(await OrderAsync("Charged", 20261001, 20261001));
        var pages = (await apis.GetAsync("/sandbox/counters")).GetProperty("questions").EnumerateArray()
            .Where(question => question.GetProperty("endpoint").GetString() == "page").ToList();
        Assert.Equal([3, 1], pages.Select(page => page.GetProperty("calls").GetInt32()));
        Assert.Equal([1, 1], pages.Select(page => page.GetProperty("answered").GetInt32()));
    }

    [Theory]
    [InlineData("facebook", "no_such_fault")]
    [InlineData("myspace", "throttle")]
    public async Task A_switch_that_does_not_exist_is_refused_with_those_that_do(string platform, string fault)
    {
        using var body = new StringContent($$"""{"platform":"{{platform}}","fault":"{{fault}}"}""");
        using var answer = await apis.Http.PostAsync("/sandbox/faults", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("choose one of", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null) =>
        apis.SendAsync(SandboxApis.CleverTap(method, path, body));

    private async Task<string> OrderAsync(string name, int from, int to, string api = "events")
    {
        var (_, body) = await SendAsync(HttpMethod.Post, $"/1/{api}.json?batch_size=5000", new { event_name = name, from, to });
        return body.GetProperty("cursor").GetString()!;
    }

    private Task<(HttpResponseMessage Response, JsonElement Body)> PageAsync(string cursor, string api = "events") =>
        SendAsync(HttpMethod.Get, $"/1/{api}.json?cursor={cursor}");

    private async Task<(List<JsonElement> Records, int Pages)> ReadAsync(string? cursor, string api = "events")
    {
        var records = new List<JsonElement>();
        var pages = 0;
        for (var call = 0; cursor is not null && call < 100; call++)
        {
            var (_, page) = await PageAsync(cursor, api);
            if (page.TryGetProperty("code", out _)) continue;       // not ready
            if (page.TryGetProperty("records", out var some)) records.AddRange(some.EnumerateArray());
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
            pages++;
        }

        return (records, pages);
    }

    private async Task<int> CountAsync(string api, string name, int from, int to)
    {
        var (_, body) = await SendAsync(HttpMethod.Post, $"/1/counts/{api}.json", new { event_name = name, from, to });
        while (body.GetProperty("status").GetString() == "partial")
            body = (await SendAsync(HttpMethod.Get, $"/1/counts/{api}.json?req_id={body.GetProperty("req_id")}")).Body;
        return body.GetProperty("count").GetInt32();
    }

    private static string Flat(Dictionary<string, string> row) => string.Join(' ', row["ts"], row["object_id"], row["identity"], row["event_props"]);

    private static string Flat(JsonElement record) => string.Join(
        ' ', record.GetProperty("ts"), record.GetProperty("profile").GetProperty("objectId"), record.GetProperty("profile").GetProperty("identity"),
        record.GetProperty("event_props").GetRawText());
}

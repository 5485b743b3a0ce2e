using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Alerting.Receiver;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>Through the function app: its timer, its HTTP API, and its death.</summary>
public sealed class AppTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_that_is_killed_while_it_tells_tells_the_same_message_again()
    {
        await using var receiver = new Receiver();
        using var cluster = Cluster();
        using var app = App(cluster, receiver);
        receiver.Then(new Fault(Kind.TakeAndHang));
        app.Start();
        await app.ReadyAsync(Stopping);
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        var alerts = new Alerts(ledger, TimeProvider.System);
        await alerts.RaiseAsync(Given.Alert("file_refused", "a.csv", dataset: "clicks"), Stopping);
        await app.EventuallyAsync(() => Task.FromResult(receiver.All.Count == 1), Stopping);
        app.Kill();
        await alerts.ResolveAsync("clicks", "file_refused", "a.csv", Stopping);
        app.Start();
        await app.EventuallyAsync(() => Task.FromResult(AlertWorld.Told(receiver).Count == 2), Stopping);
        Assert.Equal(["alert.raised a.csv", "alert.resolved a.csv"], AlertWorld.Lines(receiver));
        Assert.Equal(receiver.All[0].Headers["webhook-id"], receiver.All[1].Headers["webhook-id"]);

        await app.ReadyAsync(Stopping);
        var all = await app.Http.GetFromJsonAsync<JsonElement>("/api/alerts?state=all&dataset=clicks", Stopping);
        var alert = Assert.Single(all.GetProperty("alerts").EnumerateArray());
        Assert.Equal("docs/runbooks/alerts.md#file_refused", alert.GetProperty("runbook").GetString());
        Assert.Equal(
            ["raised", "resolved"], alert.GetProperty("deliveries").EnumerateArray().Select(told => told.GetProperty("event").GetString()));
        Assert.DoesNotContain("canary", await File.ReadAllTextAsync(app.LogPath, Stopping), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Alerts_are_listed_tested_and_ended_by_hand()
    {
        await using var receiver = new Receiver();
        await using var slow = new Receiver();
        slow.Usual = new(Kind.Hang);
        using var cluster = Cluster();
        using var app = App(
            cluster, receiver, ("Alerts__Channels__slow__Kind", "slack"), ("Alerts__Channels__slow__Url", slow.Url.ToString()),
            ("Alerts__Routes__0__Channels", "own"), ("LocalHost__Keys__default", "a-key"));
        app.Start();
        await app.ReadyAsync(Stopping);
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        for (var i = 0; i < 3; i++)
            await new Alerts(ledger, TimeProvider.System).RaiseAsync(
                Given.Alert("file_refused", $"{i}.csv", dataset: "clicks"), Stopping);

        var page = await app.Http.GetFromJsonAsync<JsonElement>("/api/alerts?limit=2", Stopping);
        Assert.Equal(["2.csv", "1.csv"], Subjects(page));
        var next = page.GetProperty("next_before").GetInt64();
        var rest = await app.Http.GetFromJsonAsync<JsonElement>($"/api/alerts?limit=2&before={next}", Stopping);
        Assert.Equal(["0.csv"], Subjects(rest));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next_before").ValueKind);
        using (var refused = await app.Http.GetAsync("/api/alerts?state=some&dataset=none&limit=0&before=x", Stopping))
            Assert.Equal(4, (await refused.Content.ReadFromJsonAsync<JsonElement>(Stopping)).GetProperty("faults").GetArrayLength());

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(app, "/api/alerts/test", new { }, key: false)).Status);
        var tested = await PostAsync(app, "/api/alerts/test", new { });
        Assert.Equal("own delivered", Assert.Single(Results(tested.Body)));
        Assert.Equal("slow failed", Assert.Single(Results((await PostAsync(app, "/api/alerts/test", new { channel = "slow" })).Body)));
        Assert.Contains("the settings have own, slow", (await PostAsync(app, "/api/alerts/test", new { channel = "none" })).Body.ToString());

        var id = page.GetProperty("alerts")[0].GetProperty("id").GetInt64();
        var ended = await PostAsync(app, $"/api/alerts/{id}/resolve", new { reason = "Sent again under another name." });
        Assert.Equal("Sent again under another name.", ended.Body.GetProperty("resolved_reason").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(app, $"/api/alerts/{id}/resolve", new { reason = "Again." })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(app, "/api/alerts/999999/resolve", new { reason = "None." })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(app, $"/api/alerts/{id}/resolve", new { })).Status);
        Assert.Equal(["2.csv"], Subjects(await app.Http.GetFromJsonAsync<JsonElement>("/api/alerts?state=resolved", Stopping)));

        var (code, text, _) = await app.RunVerbAsync(["alerts", "--json"], Stopping);
        Assert.Equal(0, code);
        Assert.Equal(["1.csv", "0.csv"], Subjects(JsonDocument.Parse(text).RootElement));
    }

    [Fact]
    public async Task A_publication_that_was_given_up_is_planned_again()
    {
        await using var receiver = new Receiver();
        using var cluster = Cluster();
        using var app = App(cluster, receiver, ("LocalHost__Keys__default", "a-key"));
        app.Start();
        await app.ReadyAsync(Stopping);
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        var plan = await Given.PlannedAsync(ledger, 3);
        await new PublicationLedger(ledger, TimeProvider.System).FailAsync(plan.Id, "The table differs.", Stopping);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(app, $"/api/publications/{plan.Id}/retry", new { })).Status);
        Assert.Equal(["planned"], await Given.LinesAsync(ledger, "SELECT state FROM pipeline.publication"));
        Assert.Equal(["publication_failed|t"], await Given.LinesAsync(
            ledger, "SELECT code, left((resolved_at IS NOT NULL)::text, 1) FROM pipeline.alert"));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(app, $"/api/publications/{plan.Id}/retry", new { })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(app, "/api/publications/999999/retry", new { })).Status);
    }

    private FunctionApp App(MockKafkaCluster cluster, Receiver receiver, params (string, string)[] more) => new(
        postgres.CreateDatabase(), cluster.Bootstrap,
        [
            ("Alerts__Channels__own__Kind", "webhook"), ("Alerts__Channels__own__Url", receiver.Url.ToString()),
            ("Alerts__Channels__own__Secret", AlertWorld.Secret), ("Alerts__GroupWait", "00:00:00"), ("Alerts__ResolveWait", "00:00:00"),
            ("Alerts__Timeout", "00:00:02"), .. more,
        ]);

    private static MockKafkaCluster Cluster()
    {
        var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 1);
        return cluster;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(FunctionApp app, string path, object body, bool key = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key) request.Headers.Add("x-functions-key", "a-key");
        using var answer = await app.Http.SendAsync(request, Stopping);
        var text = await answer.Content.ReadAsStringAsync(Stopping);
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private static IEnumerable<string> Subjects(JsonElement answer) =>
        answer.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("subject").GetString()!);

    private static IEnumerable<string> Results(JsonElement answer) => answer.GetProperty("channels").EnumerateArray()
        .Select(each => $"{each.GetProperty("channel").GetString()} {each.GetProperty("state").GetString()}");
}

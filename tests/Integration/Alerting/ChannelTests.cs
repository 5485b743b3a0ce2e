using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Sinks.Alerting;
using Pipeline.Tests.Integration.Sinks;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>What each kind of channel is told, as its receiver reads it.</summary>
public sealed class ChannelTests
{
    private static readonly ToldAlert Huge = new(
        7, Guid.NewGuid(), "critical", "orders", "slice_withheld", "facebook 1001 insights", string.Concat(Enumerable.Repeat("<&> \"😀\" ", 3000)),
        Given.Noon, "31 rows", "0 rows", "SELECT 1", 3, Given.Noon, null, null);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_is_signed_so_that_its_receiver_can_tell_who_sent_it_and_when()
    {
        await using var receiver = new Receiver();
        var message = await SendAsync(AlertWorld.Webhook(receiver), AlertEvent.Raised, Huge);
        var taken = Assert.Single(receiver.All);
        Assert.Equal(message.Key.ToString(), taken.Headers["webhook-id"]);
        Assert.Equal(message.Key.ToString(), taken.Headers["Idempotency-Key"]);
        Assert.Equal($"{Given.Noon.ToUnixTimeSeconds()}", taken.Headers["webhook-timestamp"]);
        var signed = Encoding.UTF8.GetBytes($"{taken.Headers["webhook-id"]}.{taken.Headers["webhook-timestamp"]}.{taken.Body}");
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(AlertWorld.Secret), signed));
        Assert.Equal($"v1,{signature}", taken.Headers["webhook-signature"]);
        var alert = JsonDocument.Parse(taken.Body).RootElement.GetProperty("alerts")[0];
        Assert.Equal(Huge.Text, alert.GetProperty("text").GetString());
        Assert.Equal("docs/runbooks/alerts.md#slice_withheld", alert.GetProperty("runbook").GetString());
    }

    [Fact]
    public async Task Slack_gets_no_more_than_it_takes()
    {
        await using var receiver = new Receiver();
        await SendAsync(AlertWorld.Slack(receiver), AlertEvent.Raised, [.. Enumerable.Repeat(Huge, 30)]);
        var body = JsonDocument.Parse(Assert.Single(receiver.All).Body).RootElement;
        var blocks = body.GetProperty("blocks").EnumerateArray().ToList();
        Assert.Equal(12, blocks.Count);
        Assert.True(blocks[0].GetProperty("text").GetProperty("text").GetString()!.Length <= 150);
        Assert.All(blocks[1..^1], block => Assert.True(block.GetProperty("text").GetProperty("text").GetString()!.Length <= 3000));
        Assert.DoesNotContain("<&>", blocks[1].GetProperty("text").GetProperty("text").GetString());
        Assert.Contains("And 20 more", blocks[^1].GetProperty("elements")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task PagerDuty_gets_one_incident_by_one_key_and_its_end()
    {
        await using var receiver = new Receiver();
        await SendAsync(AlertWorld.PagerDuty(receiver), AlertEvent.Raised, Huge);
        await SendAsync(AlertWorld.PagerDuty(receiver), AlertEvent.Resolved, Huge);
        var events = receiver.All.Select(each => JsonDocument.Parse(each.Body).RootElement).ToList();
        Assert.Equal(["trigger", "resolve"], events.Select(each => each.GetProperty("event_action").GetString()));
        Assert.All(events, each => Assert.Equal(Huge.Thread.ToString(), each.GetProperty("dedup_key").GetString()));
        Assert.All(events, each => Assert.Equal(AlertWorld.RoutingKey, each.GetProperty("routing_key").GetString()));
        var payload = events[0].GetProperty("payload");
        Assert.Equal(1024, payload.GetProperty("summary").GetString()!.Length);
        Assert.Equal("critical", payload.GetProperty("severity").GetString());
        Assert.Equal("slice_withheld", payload.GetProperty("class").GetString());
        Assert.Equal("31 rows", payload.GetProperty("custom_details").GetProperty("Expected").GetString());
        Assert.True(receiver.All[0].Body.Length < 512 * 1024);
    }

    private static async Task<AlertMessage> SendAsync(ChannelOptions channel, AlertEvent happened, params ToldAlert[] alerts)
    {
        var options = AlertWorld.With(("channel", channel));
        var message = new AlertMessage(Guid.NewGuid(), happened, Given.Noon, alerts);
        using var http = Pipeline.Sinks.Alerting.Channels.ChannelHttp.NewClient();
        var outcome = await new AlertChannels(options, http, new Clock()).Find("channel")!.SendAsync(message, Stopping);
        Assert.True(outcome.IsDelivered, outcome.Error);
        return message;
    }
}

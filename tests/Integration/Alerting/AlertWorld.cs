using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Alerting.Channels;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>A ledger, its alerts, and delivery to channels, under a clock that the test moves.</summary>
internal sealed class AlertWorld : IAsyncDisposable
{
    public const string Secret = "Y2FuYXJ5LXNlY3JldC1jYW5hcnktc2VjcmV0LTEyMzQ=";
    public const string RoutingKey = "canaryroutingkey0123456789abcdef";

    private readonly Alerts alerts;

    private AlertWorld(NpgsqlDataSource source, AlertOptions options)
    {
        (Source, Options) = (source, options);
        alerts = new(source, Clock);
        Channels = new(options, ChannelHttp.NewClient(), Clock);
    }

    public NpgsqlDataSource Source { get; }

    public AlertOptions Options { get; }

    public AlertChannels Channels { get; set; }

    public Clock Clock { get; } = new();

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<AlertWorld> StartAsync(PostgresServer postgres, AlertOptions options) =>
        new(await postgres.LedgerAsync(), options);

    /// <summary>Options with these channels; everything is told at once.</summary>
    public static AlertOptions With(params (string Name, ChannelOptions Channel)[] channels) => new()
    {
        Channels = channels.ToDictionary(each => each.Name, each => each.Channel),
        GroupWait = TimeSpan.Zero, ResolveWait = TimeSpan.Zero, Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>The same, for receivers that say nothing; on a busy machine one that works may be taken for one of these.</summary>
    public static AlertOptions Impatient(AlertOptions options) => options with { Timeout = TimeSpan.FromSeconds(2) };

    public static ChannelOptions Webhook(Receiver receiver) => new() { Kind = "webhook", Url = receiver.Url.ToString(), Secret = Secret };

    public static ChannelOptions Slack(Receiver receiver) => new() { Kind = "slack", Url = receiver.Url.ToString() };

    /// <summary>A channel of one of the kinds that are called by HTTP.</summary>
    public static ChannelOptions Of(string kind, Receiver receiver) => kind switch
    {
        ChannelKinds.Webhook => Webhook(receiver),
        ChannelKinds.PagerDuty => PagerDuty(receiver),
        _ => Slack(receiver),
    };

    public static ChannelOptions PagerDuty(Receiver receiver) =>
        new() { Kind = "pagerduty", Url = receiver.Url.ToString(), RoutingKey = RoutingKey };

    public Task RaiseAsync(
        string subject, AlertSeverity severity = AlertSeverity.Critical, string dataset = "orders", string code = "shard_stopped") =>
        alerts.RaiseAsync(Given.Alert(code, subject, severity, dataset, $"What happened to {subject}."), Stopping);

    public Task ResolveAsync(string subject, string dataset = "orders", string code = "shard_stopped") =>
        alerts.ResolveAsync(dataset, code, subject, Stopping);

    /// <summary>One run of a poller.</summary>
    public Task<int> DeliverAsync() =>
        new AlertDelivery(Source, Options, Channels, Clock, NullLogger<AlertDelivery>.Instance).RunAsync(Stopping);

    /// <summary>Moves the clock and runs.</summary>
    public Task<int> DeliverAfterAsync(TimeSpan later)
    {
        Clock.Now += later;
        return DeliverAsync();
    }

    /// <summary>Runs, each time behind every pause and lease, until something holds that must come about.</summary>
    public async Task DeliverUntilAsync(Func<bool> holds)
    {
        for (var runs = 0; !holds(); runs++)
        {
            Assert.True(runs < 50, "It did not come about in 50 runs.");
            await DeliverAfterAsync(TimeSpan.FromMinutes(11));
        }
    }

    public Task<List<string>> LinesAsync(string sql) => Given.LinesAsync(Source, sql);

    /// <summary>What a kind of channel was told, <c>raised</c> or <c>resolved</c>, once for each key that it knows a message by.</summary>
    /// <remarks>Slack knows none, so that a message is there as often as it came.</remarks>
    public static string[] Events(string kind, Receiver receiver) => kind switch
    {
        ChannelKinds.Webhook => [.. Told(receiver).Select(each => each.Type["alert.".Length..])],
        ChannelKinds.PagerDuty => [.. Bodies(receiver)
            .Select(body => (Key: body.GetProperty("dedup_key").GetString(), Action: body.GetProperty("event_action").GetString()))
            .Distinct().Select(each => each.Action == "resolve" ? "resolved" : "raised")],
        _ => [.. Bodies(receiver).Select(body => body.GetProperty("text").GetString()!.StartsWith("Resolved: ", StringComparison.Ordinal)
            ? "resolved" : "raised")],
    };

    private static IEnumerable<JsonElement> Bodies(Receiver receiver) =>
        receiver.All.Select(each => JsonDocument.Parse(each.Body).RootElement);

    /// <summary>The messages a webhook took, once for each key: type and the subjects it tells of.</summary>
    public static IReadOnlyList<(string Key, string Type, IReadOnlyList<string> Subjects)> Told(Receiver receiver) =>
    [
        .. receiver.All.Select(each => (Key: each.Headers["webhook-id"], Body: JsonDocument.Parse(each.Body).RootElement))
            .DistinctBy(each => each.Key)
            .Select(each => (each.Key, each.Body.GetProperty("type").GetString()!, (IReadOnlyList<string>)
                [.. each.Body.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("subject").GetString()!)])),
    ];

    /// <summary>The same as lines: <c>alert.raised a b</c>.</summary>
    public static string[] Lines(Receiver receiver) => [.. Told(receiver).Select(each => $"{each.Type} {string.Join(' ', each.Subjects)}")];

    public async ValueTask DisposeAsync() => await Source.DisposeAsync();
}

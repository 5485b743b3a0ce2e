using System.Text.Json.Serialization;
using Pipeline.Domain.Alerts;

namespace Pipeline.Sinks.Alerting;

/// <summary>Sends a test alert at once, past the outbox: whether a channel works is seen within its time-out.</summary>
public sealed class TestAlerts(AlertOptions options, AlertChannels channels, TimeProvider time)
{
    private readonly AlertRoutes routes = new(options);

    /// <summary>Every channel that there is.</summary>
    public IReadOnlyList<string> Channels => routes.Channels;

    /// <summary>Tells one channel, or every channel that a route leads to, that an alert was raised and that it ended.</summary>
    public async Task<IReadOnlyList<ChannelTest>> RunAsync(string? channel, CancellationToken stopping) =>
        await Task.WhenAll((channel is null ? routes.Reached : [channel]).Select(each => TryAsync(each, stopping)));

    private async Task<ChannelTest> TryAsync(string channel, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        var now = time.GetUtcNow();
        var alert = new ToldAlert(
            0, Guid.NewGuid(), "warning", "", AlertCodes.Test, channel,
            $"Somebody tests whether alerts arrive on channel {channel}. Nothing is wrong, and it ends at once.",
            now, "a message that arrives", "this one", "pipeline alerts --test", 1, now, now, null);
        var outcome = await channels.Find(channel)!.SendAsync(new(Guid.NewGuid(), AlertEvent.Raised, now, [alert]), stopping);
        if (outcome.IsDelivered)
            outcome = await channels.Find(channel)!.SendAsync(new(Guid.NewGuid(), AlertEvent.Resolved, now, [alert]), stopping);
        return new(
            channel, options.Channels[channel].Kind, outcome.IsDelivered ? "delivered" : "failed", outcome.Error,
            Math.Round(time.GetElapsedTime(began).TotalSeconds, 3));
    }
}

/// <summary>What became of a test.</summary>
/// <param name="State"><c>delivered</c> or <c>failed</c>.</param>
/// <param name="Error">What went wrong; null when all is well.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record ChannelTest(
    [property: JsonPropertyName("channel")] string Channel, [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("state")] string State, [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("seconds")] double Seconds);

using System.Net;
using Pipeline.Sinks.Alerting.Channels;

namespace Pipeline.Sinks.Alerting;

/// <summary>The channels of valid settings, by name.</summary>
public sealed class AlertChannels
{
    private readonly Dictionary<string, IAlertChannel> channels;

    /// <param name="http">Made by <see cref="ChannelHttp.NewClient"/>.</param>
    public AlertChannels(AlertOptions options, HttpClient http, TimeProvider time)
    {
        var calls = new ChannelHttp(http, options.Timeout, time);
        channels = options.Channels.ToDictionary(each => each.Key, each => Open(each.Value, options, calls, time));
    }

    /// <param name="channels">Channels that exist already.</param>
    public AlertChannels(IReadOnlyDictionary<string, IAlertChannel> channels) => this.channels = new(channels);

    /// <summary>No alert goes anywhere.</summary>
    public bool IsEmpty => channels.Count == 0;

    /// <summary>The names of all.</summary>
    public IReadOnlyCollection<string> Names => channels.Keys;

    /// <summary>A channel; null when this instance's settings do not have it.</summary>
    public IAlertChannel? Find(string name) => channels.GetValueOrDefault(name);

    /// <summary>A host name or IP address that never leaves this machine: mail to it needs no TLS.</summary>
    public static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static IAlertChannel Open(ChannelOptions channel, AlertOptions options, ChannelHttp http, TimeProvider time) =>
        channel.Kind switch
        {
            ChannelKinds.Slack => new SlackChannel(http, new(channel.Url), options.GroupLimit),
            ChannelKinds.PagerDuty => new PagerDutyChannel(
                http, new(channel.Url.Length > 0 ? channel.Url : PagerDutyChannel.DefaultUrl), channel.RoutingKey),
            ChannelKinds.Webhook => new WebhookChannel(
                http, new(channel.Url), WebhookChannel.ReadSecret(channel.Secret)!, options.GroupLimit, time),
            ChannelKinds.Email => new EmailChannel(channel, !IsLoopback(channel.Host), options.GroupLimit, options.Timeout, time),
            _ => throw new ArgumentException($"'{channel.Kind}' is no kind of channel.", nameof(channel)),
        };
}

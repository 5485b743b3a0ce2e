using System.ComponentModel.DataAnnotations;

namespace Pipeline.Sinks.Alerting;

/// <summary>Whom alerts reach, and how often (section <c>Alerts</c>).</summary>
public sealed record AlertOptions
{
    /// <summary>Where the configuration holds it.</summary>
    public const string Section = "Alerts";

    /// <summary>Channels by name; none: alerts stay in the ledger and on the status page.</summary>
    public Dictionary<string, ChannelOptions> Channels { get; init; } = [];

    /// <summary>Which alerts go where; an alert goes to the channels of every route it matches. None: all to all.</summary>
    public IReadOnlyList<RouteOptions> Routes { get; init; } = [];

    /// <summary>How long the first alert of a message waits for others.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")] public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Alerts written out in one message; people get the rest counted, programs get it in further messages.</summary>
    [Range(1, 20)] public int GroupLimit { get; init; } = 10;

    /// <summary>How long an alert must stay resolved before anybody is told; re-opened before that, it goes on.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan ResolveWait { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long an open alert is silent before people are told again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")] public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long a receiver may take to answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")] public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>One receiver. Which members it needs is its kind's; each of them may be a secret.</summary>
public sealed record ChannelOptions
{
    /// <summary>One of <see cref="ChannelKinds"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Slack's incoming webhook, a webhook of one's own, or PagerDuty's Events API of its EU region.</summary>
    public string Url { get; init; } = "";

    /// <summary>PagerDuty's integration key, 32 characters.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>What a webhook's body is signed with: base64 of 24 to 64 bytes, with or without <c>whsec_</c> before it.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The mail server.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its port for submission with STARTTLS.</summary>
    public int Port { get; init; } = 587;

    /// <summary>User of the mail server; empty: it asks for none.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password of that user.</summary>
    public string Password { get; init; } = "";

    /// <summary>The sender's address.</summary>
    public string From { get; init; } = "";

    /// <summary>The receivers' addresses, comma separated.</summary>
    public string To { get; init; } = "";

    /// <summary>A record's own text would name its secrets.</summary>
    public override string ToString() => $"channel of kind {Kind}";
}

/// <summary>What a channel can be.</summary>
public static class ChannelKinds
{
    public const string Slack = "slack";
    public const string PagerDuty = "pagerduty";
    public const string Webhook = "webhook";
    public const string Email = "email";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Slack, PagerDuty, Webhook, Email];
}

/// <summary>Alerts of these severities, datasets and codes go to these channels.</summary>
/// <remarks>Lists are comma separated; an empty one matches all.</remarks>
public sealed record RouteOptions
{
    /// <summary>Names of channels.</summary>
    public string Channels { get; init; } = "";

    /// <summary>warning, critical.</summary>
    public string Severities { get; init; } = "";

    /// <summary>Names of datasets; alerts of the installation as a whole match only where this is empty.</summary>
    public string Datasets { get; init; } = "";

    /// <summary>Beginnings of codes, such as <c>slice_</c>.</summary>
    public string Codes { get; init; } = "";

    /// <summary>The items of one of its lists.</summary>
    public static IReadOnlyList<string> Items(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

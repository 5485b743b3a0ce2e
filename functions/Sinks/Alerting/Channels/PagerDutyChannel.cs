using System.Net.Http.Json;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>A PagerDuty service by the Events API, version 2.</summary>
/// <remarks>The incident's key is the alert's thread, so that a repeat is no other incident.
/// https://developer.pagerduty.com/docs/events-api-v2-overview</remarks>
public sealed class PagerDutyChannel(ChannelHttp http, Uri api, string routingKey) : IAlertChannel
{
    /// <summary>Where events go outside its EU region.</summary>
    public const string DefaultUrl = "https://events.pagerduty.com/v2/enqueue";

    private const int SummaryCharacters = 1024;
    private const int DetailCharacters = 4000;   // an event has 512 KB at most

    /// <summary>An incident is resolved by its own key, so each alert is an event of its own; PagerDuty groups them.</summary>
    public int AlertsPerMessage => 1;

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping)
    {
        var body = Body(message.Event, message.Alerts[0]);
        using var request = new HttpRequestMessage(HttpMethod.Post, api) { Content = JsonContent.Create(body) };
        return await http.PostAsync("PagerDuty", request, stopping);
    }

    /// <inheritdoc/>
    public Task<string?> ReachAsync(CancellationToken stopping) => http.ReachAsync("PagerDuty", api, stopping);

    private Dictionary<string, object> Body(AlertEvent happened, ToldAlert alert)
    {
        var body = new Dictionary<string, object>
        {
            ["routing_key"] = routingKey, ["dedup_key"] = alert.Thread.ToString(),
            ["event_action"] = happened == AlertEvent.Resolved ? "resolve" : "trigger",
        };
        if (happened != AlertEvent.Resolved)
            body["payload"] = new
            {
                summary = AlertWords.Cut($"{AlertWords.Title(happened, alert)}. {alert.Text}", SummaryCharacters), source = "pipeline",
                severity = alert.Severity, timestamp = alert.RaisedAt,
                component = alert.Subject, group = alert.Dataset, @class = alert.Code, custom_details = Details(happened, alert),
            };
        return body;
    }

    private static Dictionary<string, string> Details(AlertEvent happened, ToldAlert alert)
    {
        var details = AlertWords.Details(happened, alert)
            .ToDictionary(each => each.Name, each => AlertWords.Cut(each.Value, DetailCharacters));
        details["Text"] = AlertWords.Cut(alert.Text, DetailCharacters);
        return details;
    }
}

using System.Net.Http.Json;
using System.Text;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>A Slack channel by its incoming webhook.</summary>
/// <remarks>
/// The webhook has no idempotency key: a message whose answer was lost comes twice, never not at all.
/// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, limits: https://docs.slack.dev/reference/block-kit/blocks
/// </remarks>
public sealed class SlackChannel(ChannelHttp http, Uri webhook, int groupLimit) : IAlertChannel
{
    private const int HeaderCharacters = 150;
    private const int SectionCharacters = 3000;

    /// <inheritdoc/>
    public int AlertsPerMessage => int.MaxValue;

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook) { Content = JsonContent.Create(Body(message)) };
        return await http.PostAsync("Slack", request, stopping);
    }

    /// <inheritdoc/>
    public Task<string?> ReachAsync(CancellationToken stopping) => http.ReachAsync("Slack", webhook, stopping);

    private object Body(AlertMessage message)
    {
        var title = AlertWords.Title(message);
        var header = new { type = "plain_text", text = AlertWords.Cut(title, HeaderCharacters) };
        var blocks = new List<object> { new { type = "header", text = header } };
        blocks.AddRange(message.Alerts.Take(groupLimit).Select(alert => Section(Words(message, alert))));
        if (AlertWords.Rest(message, groupLimit) is { } rest)
            blocks.Add(new { type = "context", elements = new[] { new { type = "mrkdwn", text = Escape(rest) } } });
        return new { text = Escape(title), blocks };
    }

    private static object Section(string text) => new { type = "section", text = new { type = "mrkdwn", text } };

    // Escaping makes text longer, so each alert is cut before it and once more behind it.
    private static string Words(AlertMessage message, ToldAlert alert)
    {
        var words = new StringBuilder($"{(alert.Severity == "critical" ? ":red_circle:" : ":large_yellow_circle:")} *");
        words.Append(Escape(AlertWords.Title(message.Event, alert))).Append("*\n").Append(Escape(AlertWords.Cut(alert.Text, 1500)));
        foreach (var (name, value) in AlertWords.Details(message.Event, alert))
            words.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n*{name}*: {Escape(AlertWords.Cut(value, 400))}");
        return AlertWords.Cut(words.ToString(), SectionCharacters);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}

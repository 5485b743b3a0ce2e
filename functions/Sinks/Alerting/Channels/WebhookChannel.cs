using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Alerts;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>A program's own endpoint: JSON, signed, with the message's key for those who must not take it twice.</summary>
/// <remarks>Headers and signature are those of https://github.com/standard-webhooks/standard-webhooks.
/// <c>Idempotency-Key</c> repeats the id.</remarks>
public sealed class WebhookChannel(ChannelHttp http, Uri receiver, byte[] secret, int groupLimit, TimeProvider time) : IAlertChannel
{
    /// <summary>A program is not told that there is more: it gets all, in several messages.</summary>
    public int AlertsPerMessage => groupLimit;

    /// <summary>The bytes of a secret as settings have it; null when it is none.</summary>
    public static byte[]? ReadSecret(string setting)
    {
        var text = setting.StartsWith("whsec_", StringComparison.Ordinal) ? setting["whsec_".Length..] : setting;
        var bytes = new byte[96];
        return Convert.TryFromBase64String(text, bytes, out var written) && written is >= 24 and <= 64 ? bytes[..written] : null;
    }

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(WebhookBody.Of(message));
        var sent = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", message.Key.ToString());
        request.Headers.Add("webhook-timestamp", sent);
        request.Headers.Add("webhook-signature", $"v1,{Sign($"{message.Key}.{sent}.", body)}");
        request.Headers.Add("Idempotency-Key", message.Key.ToString());
        return await http.PostAsync("The webhook", request, stopping);
    }

    /// <inheritdoc/>
    public Task<string?> ReachAsync(CancellationToken stopping) => http.ReachAsync("The webhook", receiver, stopping);

    private string Sign(string prefix, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(prefix), .. body];
        return Convert.ToBase64String(HMACSHA256.HashData(secret, signed));
    }
}

/// <summary>The body that a webhook gets.</summary>
internal sealed record WebhookBody(
    [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("alerts")] IReadOnlyList<WebhookAlert> Alerts)
{
    public static WebhookBody Of(AlertMessage message) =>
        new($"alert.{message.Event.Text()}", message.At, [.. message.Alerts.Select(WebhookAlert.Of)]);
}

/// <summary>An alert in a webhook's body.</summary>
internal sealed record WebhookAlert(
    [property: JsonPropertyName("id")] long Id, [property: JsonPropertyName("thread")] Guid Thread,
    [property: JsonPropertyName("severity")] string Severity, [property: JsonPropertyName("dataset")] string Dataset,
    [property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("text")] string Text, [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("expected")] string? Expected, [property: JsonPropertyName("seen")] string? Seen,
    [property: JsonPropertyName("query")] string? Query, [property: JsonPropertyName("occurrences")] long Occurrences,
    [property: JsonPropertyName("raised_at")] DateTimeOffset RaisedAt,
    [property: JsonPropertyName("resolved_at")] DateTimeOffset? ResolvedAt,
    [property: JsonPropertyName("resolved_reason")] string? ResolvedReason, [property: JsonPropertyName("runbook")] string Runbook)
{
    public static WebhookAlert Of(ToldAlert alert) => new(
        alert.Id, alert.Thread, alert.Severity, alert.Dataset, alert.Code, alert.Subject, alert.Text, alert.Since, alert.Expected,
        alert.Seen, alert.Query, alert.Occurrences, alert.RaisedAt, alert.ResolvedAt, alert.ResolvedReason,
        AlertCodes.RunbookOf(alert.Code));
}

using System.Net;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>Posts to receivers of alerts, and says what their answers mean. No address, body or header gets into what it says.</summary>
public sealed class ChannelHttp(HttpClient http, TimeSpan timeout, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>A client that keeps addresses to itself: they are secrets, so neither redirects nor traces may pass them on.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, UseCookies = false,
        ActivityHeadersPropagator = null,   // without it no activity is made, whose url.full would hold a webhook's address
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Posts once.</summary>
    /// <param name="receiver">Whom, in a sentence.</param>
    public Task<SendOutcome> PostAsync(string receiver, HttpRequestMessage request, CancellationToken stopping) =>
        AskAsync(receiver, request, answer => Judge(receiver, answer), stopping);

    /// <summary>Asks a server for the head of its first page: any answer shows that name, way and certificate are good.</summary>
    /// <returns>What is in the way, as a sentence; null when nothing is.</returns>
    public async Task<string?> ReachAsync(string receiver, Uri address, CancellationToken stopping)
    {
        // Not the address itself, whose path is the secret that makes a message of a call.
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address, "/"));
        return (await AskAsync(receiver, request, _ => SendOutcome.Delivered, stopping)).Error;
    }

    private async Task<SendOutcome> AskAsync(
        string receiver, HttpRequestMessage request, Func<HttpResponseMessage, SendOutcome> judge, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return judge(answer);
        }
        catch (HttpRequestException error)
        {
            return SendOutcome.Failed($"{receiver} could not be reached ({error.HttpRequestError}).");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return SendOutcome.Failed($"{receiver} did not answer within {timeout.TotalSeconds:0} s.");
        }
    }

    private SendOutcome Judge(string receiver, HttpResponseMessage answer) => (int)answer.StatusCode switch
    {
        >= 200 and < 300 => SendOutcome.Delivered,
        408 or 425 or 429 or >= 500 => SendOutcome.Failed($"{receiver} answered {Status(answer.StatusCode)}.", PauseOf(answer)),
        _ => SendOutcome.RefusedBy($"{receiver} refuses it: {Status(answer.StatusCode)}. Look at Alerts:Channels."),
    };

    private static string Status(HttpStatusCode status) => $"{(int)status} ({status})";

    private TimeSpan? PauseOf(HttpResponseMessage answer)
    {
        var pause = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return pause > LongestPause ? LongestPause : pause;
    }
}

using System.Diagnostics;
using System.Net;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Telemetry;
using Polly;
using Polly.Retry;

namespace Pipeline.Sources.Slices;

/// <summary>Asks a provider over HTTP: a few tries for what a moment heals, and every other answer as its verdict.</summary>
/// <param name="source">As settings and metrics name it: <c>facebook</c>.</param>
/// <param name="judge">The source's table.</param>
public sealed class ProviderCalls(
    HttpClient http, string provider, string source, Func<ProviderAnswer, Verdict> judge, ProviderGate gate, TimeProvider time)
{
    /// <summary>Careless retries cost access tiers (Meta counts errors), so there are few, and far apart.</summary>
    private const int Retries = 3;

    /// <summary>Bytes of an answer that is held in memory; a page is a few million at most.</summary>
    private const int MaxAnswerBytes = 256 * 1024 * 1024;

    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransientException>(),
            MaxRetryAttempts = Retries, Delay = TimeSpan.FromSeconds(1), BackoffType = DelayBackoffType.Exponential, UseJitter = true,
        })
        .Build();

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <param name="account">Whose limits it uses.</param>
    /// <param name="request">Made anew for every try.</param>
    /// <exception cref="ProviderException">The answer is something else than asked for, or the account is closed.</exception>
    /// <exception cref="TransientException">No good answer after several tries.</exception>
    public async Task<ProviderAnswer> AskAsync(string account, Func<HttpRequestMessage> request, CancellationToken stopping) =>
        await pipeline.ExecuteAsync(async token =>
        {
            gate.ThrowIfClosed(account);
            using var span = Begin(account);
            using var message = request();
            using var response = await SendAsync(account, message, token);
            return await ReadAsync(account, response, token);
        }, stopping);

    /// <summary>Sends a request whose good answer is read as it arrives.</summary>
    /// <param name="read">Reads the body of an answer with a good status; not run again once it has begun.</param>
    /// <exception cref="ProviderException">See <see cref="AskAsync"/>; also thrown by <paramref name="read"/>.</exception>
    public async Task<T> StreamAsync<T>(
        string account, Func<HttpRequestMessage> request, Func<Stream, ProviderHeaders, Task<T>> read, CancellationToken stopping)
    {
        var response = await pipeline.ExecuteAsync(async token =>
        {
            gate.ThrowIfClosed(account);
            using var span = Begin(account);
            using var message = request();
            var answer = await SendAsync(account, message, token);
            if (answer.IsSuccessStatusCode)
            {
                Count(account, nameof(VerdictKind.Good));
                return answer;
            }
            using (answer) await ReadAsync(account, answer, token);
            throw new TransientException($"{provider} answered {(int)answer.StatusCode}.");
        }, stopping);
        using (response) return await read(await response.Content.ReadAsStreamAsync(stopping), new(response));
    }

    private Activity? Begin(string account) =>
        Spans.Start("provider call")?.SetTag("pipeline.source", source).SetTag("pipeline.account", account);

    private void Count(string account, string outcome) => Instruments.ProviderCalls.Add(
        1, Instruments.Label("source", source), Instruments.Label("account", account), Instruments.Label("outcome", outcome));

    private async Task<HttpResponseMessage> SendAsync(string account, HttpRequestMessage message, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        try
        {
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stopping);
            Instruments.ProviderDuration.Record(time.GetElapsedTime(began).TotalSeconds, Instruments.Label("source", source));
            return response;
        }
        catch (HttpRequestException error)
        {
            Count(account, "Unreachable");
            throw new TransientException($"{provider} could not be asked ({error.HttpRequestError}); it is tried again.", error);
        }
        catch (TaskCanceledException error) when (!stopping.IsCancellationRequested)
        {
            Count(account, "Unreachable");
            throw new TransientException($"{provider} did not answer within {http.Timeout.TotalSeconds:0} s; it is tried again.", error);
        }
    }

    private async Task<ProviderAnswer> ReadAsync(string account, HttpResponseMessage response, CancellationToken stopping)
    {
        var answer = new ProviderAnswer(response.StatusCode, await BodyAsync(response, stopping), new(response));
        var verdict = judge(answer);
        gate.Note(account, verdict);
        Count(account, verdict.Kind.ToString());
        if (verdict.Kind == VerdictKind.TryAgain) throw new TransientException(verdict.Reason);
        return verdict.Kind == VerdictKind.Good ? answer : throw new ProviderException(verdict);
    }

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken stopping)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, stopping);
            return await response.Content.ReadAsByteArrayAsync(stopping);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new TerminalException($"{provider} sent an answer of more than {MaxAnswerBytes} bytes. Ask for smaller pages.", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransientException($"{provider}'s answer broke off; it is asked again.", error);
        }
    }
}

/// <summary>A provider's whole answer.</summary>
public sealed record ProviderAnswer(HttpStatusCode Status, byte[] Body, ProviderHeaders Headers)
{
    /// <summary>The status as a number.</summary>
    public int Code => (int)Status;
}

/// <summary>An answer's headers, names without regard to case.</summary>
public sealed class ProviderHeaders
{
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The headers of a response.</summary>
    public ProviderHeaders(HttpResponseMessage response)
    {
        foreach (var (name, value) in response.Headers.Concat(response.Content.Headers)) values[name] = string.Join(',', value);
        if (response.Headers.RetryAfter?.Delta is { } delay) RetryAfter = delay;
    }

    /// <summary>Retry-After in seconds; null without one.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>A header's value; null without one.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);
}

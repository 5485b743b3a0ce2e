using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Pipeline.Domain.Failures;
using Polly;
using Polly.Retry;

namespace Pipeline.Sources.Sqs;

/// <summary>Signed calls of the AWS JSON 1.0 protocol, tried again while they fail in a way that can heal.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html</remarks>
/// <param name="credentials">Asked before every call: the cloud's identity renews itself.</param>
public sealed class SqsCalls(HttpClient http, Func<Task<ImmutableCredentials>> credentials, TimeProvider time)
{
    private const string ContentType = "application/x-amz-json-1.0", Target = "AmazonSQS.";

    /// <summary>Six tries over about ten seconds: longer outages are for the next run.</summary>
    private readonly ResiliencePipeline retrying = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransientException>(),
            BackoffType = DelayBackoffType.Exponential, UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(5), MaxRetryAttempts = 5,
        })
        .Build();

    /// <summary>Asks for an action and reads the answer; the caller disposes of it.</summary>
    /// <param name="action">Such as <c>ReceiveMessage</c>.</param>
    /// <exception cref="TransientException">SQS is away or throttles, after several tries.</exception>
    /// <exception cref="TerminalException">SQS refused: a person must act.</exception>
    public async Task<JsonDocument> AskAsync(Uri endpoint, string region, string action, byte[] body, CancellationToken stopping) =>
        await retrying.ExecuteAsync(async token =>
        {
            using var request = await SignedAsync(endpoint, region, action, body);
            try
            {
                using var response = await http.SendAsync(request, token);
                var answer = await response.Content.ReadAsByteArrayAsync(token);
                if (response.StatusCode == HttpStatusCode.OK) return JsonDocument.Parse(answer);
                throw SqsErrors.Classify(action, response.StatusCode, answer);
            }
            catch (HttpRequestException error)
            {
                throw new TransientException($"SQS could not be asked for {action} ({error.HttpRequestError}); it is tried again.", error);
            }
            catch (TaskCanceledException error) when (!token.IsCancellationRequested)
            {
                throw new TransientException($"SQS did not answer {action} within {http.Timeout.TotalSeconds:0} s; it is tried again.", error);
            }
            catch (JsonException error)
            {
                throw new TransientException($"SQS answered {action} with something else than JSON; it is tried again.", error);
            }
        }, stopping);

    private async Task<HttpRequestMessage> SignedAsync(Uri endpoint, string region, string action, byte[] body)
    {
        var identity = await credentials();
        var now = time.GetUtcNow().UtcDateTime;
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = ContentType, ["host"] = endpoint.Authority, ["x-amz-target"] = Target + action,
            ["x-amz-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        if (identity.UseToken) headers["x-amz-security-token"] = identity.Token;
        var names = string.Join(';', headers.Keys);
        var canonical = new StringBuilder("POST\n/\n\n");
        foreach (var (name, value) in headers) canonical.Append(name).Append(':').Append(value).Append('\n');
        canonical.Append('\n').Append(names).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));
        var signature = AWS4Signer.ComputeSignature(identity, region, now, "sqs", names, canonical.ToString());

        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        foreach (var (name, value) in headers)
            if (name is not ("content-type" or "host")) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
        return request;
    }
}

/// <summary>What SQS's refusals mean.</summary>
internal static class SqsErrors
{
    /// <summary>The exception of an answer that is not good.</summary>
    /// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html</remarks>
    public static Exception Classify(string action, HttpStatusCode status, byte[] answer)
    {
        var code = CodeOf(answer);
        var mayHeal = (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            || code.Contains("Throttl", StringComparison.Ordinal) || code is "OverLimit" or "RequestTimeout";
        return mayHeal
            ? new TransientException($"SQS could not do {action} now ({(int)status} {code}); it is tried again.")
            : new TerminalException(
                $"SQS refused {action} ({(int)status} {code}). Check the queue's URL and region, and what the credentials may do.");
    }

    /// <summary>The error's name, such as <c>QueueDoesNotExist</c>; empty when the answer names none.</summary>
    private static string CodeOf(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var type = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("__type", out var named)
                ? named.GetString() ?? "" : "";
            return type[(type.IndexOf('#') + 1)..];
        }
        catch (JsonException)
        {
            return "";      // a proxy's page; the status says enough
        }
    }
}

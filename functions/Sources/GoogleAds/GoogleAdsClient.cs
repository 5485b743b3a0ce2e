using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Google;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.GoogleAds;

/// <summary>Runs queries by searchStream: https://developers.google.com/google-ads/api/rest/common/search.</summary>
public sealed class GoogleAdsClient(HttpClient http, GoogleAdsOptions options, GoogleTokens tokens, TimeProvider time, ILogger<GoogleAdsClient> log)
{
    private readonly ProviderGate gate = new(time);
    private ProviderCalls Calls => field ??= new(http, "Google", SourceKind.GoogleAds.Text(), GoogleAdsErrors.Judge, gate, time);

    /// <summary>Runs a query and hands on each batch as it was sent.</summary>
    /// <param name="batch">Its bytes are lent for the call.</param>
    /// <returns>False when the stream broke off: rows are missing, and nobody knows which.</returns>
    /// <exception cref="ProviderException">Google answered something else, perhaps after some batches.</exception>
    public async Task<bool> QueryAsync(string customer, string query, Action<ReadOnlyMemory<byte>> batch, CancellationToken stopping)
    {
        var begun = false;
        string? refused = null;
        while (true)
        {
            var token = await tokens.AccessTokenAsync(refused, stopping);
            try
            {
                return await Calls.StreamAsync(customer, () => Request(customer, query, token), ReadAsync, stopping);
            }
            catch (ProviderException error) when (!begun && refused is null && error.Verdict.AccessTokenRefused)
            {
                refused = token;        // it may have ended early; a fresh one is tried once
                gate.Reopen(customer);
            }
        }

        Task<bool> ReadAsync(Stream stream, ProviderHeaders headers)
        {
            Log.Query(log, customer, headers["request-id"] ?? "");
            return StreamedList.ReadAsync(stream, bytes =>
            {
                begun = true;
                var verdict = GoogleAdsErrors.Judge(ErrorOf(bytes));
                if (verdict.Kind == VerdictKind.TryAgain) throw new TransientException(verdict.Reason);
                gate.Note(customer, verdict);
                if (verdict.Kind != VerdictKind.Good) throw new ProviderException(verdict);
                batch(bytes);
            }, stopping);
        }
    }

    /// <summary>Asks again though the credentials were refused a moment ago.</summary>
    public void Reopen(string customer) => gate.Reopen(customer);

    // Batches are large and are not parsed here; an error is small.
    private static System.Text.Json.JsonElement? ErrorOf(ReadOnlyMemory<byte> bytes) =>
        bytes.Length < 256 * 1024 && bytes.Span.IndexOf("\"error\""u8) >= 0 ? JsonText.Parse(bytes) : null;

    private HttpRequestMessage Request(string customer, string query, string token)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Post, $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.Version}/customers/{customer}/googleAds:searchStream")
        {
            Content = JsonContent.Create(new { query }),
        };
        request.Headers.Authorization = new("Bearer", token);
        if (options.LoginCustomerId.Length > 0) request.Headers.Add("login-customer-id", options.LoginCustomerId);
        if (options.DeveloperToken.Length > 0) request.Headers.Add("developer-token", options.DeveloperToken);
        return request;
    }
}

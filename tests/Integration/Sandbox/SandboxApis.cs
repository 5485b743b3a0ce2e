using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Sandbox.Apis;

namespace Pipeline.Tests.Integration.SandboxTests;

/// <summary>The Sandbox's APIs, and a client that knows no more than their documents say.</summary>
public sealed class SandboxApis : IAsyncDisposable
{
    public const string FacebookToken = "sandbox-facebook-1";

    private readonly ApisServer server;

    private SandboxApis(ApisServer server)
    {
        this.server = server;
        Http = new() { BaseAddress = server.Address };
    }

    public HttpClient Http { get; }

    /// <summary>Of the Graph API's calls with <see cref="FacebookToken"/>.</summary>
    public static string Proof { get; } = ProofOf(FacebookToken);

    public static async Task<SandboxApis> StartAsync(TimeProvider? time = null) => new(await ApisServer.StartAsync(
        "http://127.0.0.1:0", ApisServer.SampleData, time ?? TimeProvider.System, TestContext.Current.CancellationToken));

    public static string ProofOf(string token) =>
        Convert.ToHexStringLower(HMACSHA256.HashData("sandbox-app-secret"u8, Encoding.UTF8.GetBytes(token)));

    /// <summary>A switch.</summary>
    public async Task SwitchAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync($"/sandbox/{path}", body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A call and its answer, whatever the status.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>A GET that is answered well.</summary>
    public Task<JsonElement> GetAsync(string address) => Http.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken);

    /// <summary>What upstream says now.</summary>
    public async Task<List<Dictionary<string, string>>> TruthAsync(string platform, string account, string from, string to, string level = "") =>
        (await Http.GetFromJsonAsync<List<Dictionary<string, string>>>(
            $"/sandbox/truth/{platform}?account={account}&from={from}&to={to}&level={level}", TestContext.Current.CancellationToken))!;

    /// <summary>A platform's counters.</summary>
    public async Task<JsonElement> CountersAsync(string platform) => (await GetAsync("/sandbox/counters")).GetProperty("platforms").GetProperty(platform);

    /// <summary>How often a limit was exceeded.</summary>
    public async Task<int> ExceededAsync(string platform, string limit) => (await CountersAsync(platform)).GetProperty("limits").GetProperty(limit).GetInt32();

    /// <summary>An access token of Google's.</summary>
    public async Task<string> GoogleTokenAsync()
    {
        using var answer = await Http.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = "sandbox-client.apps.googleusercontent.com",
            ["client_secret"] = "sandbox-client-secret",
            ["refresh_token"] = "sandbox-refresh-token",
        }), TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("access_token").GetString()!;
    }

    /// <summary>A search of Google Ads.</summary>
    public static HttpRequestMessage Search(string verb, string customer, string token, object body) =>
        new(HttpMethod.Post, $"/v26/customers/{customer}/googleAds:{verb}")
        {
            Headers = { { "Authorization", $"Bearer {token}" }, { "login-customer-id", "9000000001" } },
            Content = JsonContent.Create(body),
        };

    /// <summary>A call of CleverTap's.</summary>
    public static HttpRequestMessage CleverTap(HttpMethod method, string path, object? body = null) => new(method, path)
    {
        Headers = { { "X-CleverTap-Account-Id", "AAA-111-11ZZ" }, { "X-CleverTap-Passcode", "sandbox-passcode-a" } },
        Content = body is null ? null : JsonContent.Create(body),
    };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.DisposeAsync();
    }
}

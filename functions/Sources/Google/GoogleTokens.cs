using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Google;

/// <summary>Access tokens, from a refresh token or a service account's key, kept until shortly before they end.</summary>
/// <remarks>https://developers.google.com/identity/protocols/oauth2</remarks>
public sealed class GoogleTokens(HttpClient http, GoogleCredential credential, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    private readonly ProviderCalls calls = new(
        http, "Google", credential.Source.Text(), answer => GoogleTokenErrors.Judge(answer, credential.Section), new(time), time);
    private readonly SemaphoreSlim renewing = new(1, 1);
    private (string Token, DateTimeOffset RenewAt) current = ("", DateTimeOffset.MinValue);

    /// <summary>A token that can be used now.</summary>
    /// <param name="refused">A token that Google has just refused: it is not given out again.</param>
    public async Task<string> AccessTokenAsync(string? refused, CancellationToken stopping)
    {
        await renewing.WaitAsync(stopping);
        try
        {
            if (current.Token != refused && time.GetUtcNow() < current.RenewAt) return current.Token;
            return (current = await RenewAsync(stopping)).Token;
        }
        finally
        {
            renewing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => renewing.Dispose();

    private async Task<(string Token, DateTimeOffset RenewAt)> RenewAsync(CancellationToken stopping)
    {
        var form = credential.ServiceAccountFile.Length > 0
            ? new Dictionary<string, string> { ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer", ["assertion"] = Assertion() }
            : new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token", ["client_id"] = credential.ClientId, ["client_secret"] = credential.ClientSecret,
                ["refresh_token"] = credential.RefreshToken,
            };
        var answer = await calls.AskAsync("", () => new(HttpMethod.Post, credential.TokenUrl) { Content = new FormUrlEncodedContent(form) }, stopping);
        var body = JsonText.Parse(answer.Body);
        var token = body.Member("access_token").Text() ?? throw new TransientException("Google's token answer holds no access_token.");
        var life = TimeSpan.FromSeconds(body.Member("expires_in").Number() ?? 3600);
        return (token, time.GetUtcNow() + (life > Early * 2 ? life - Early : life / 2));
    }

    /// <summary>A signed statement of who asks, good for an hour (RFC 7523).</summary>
    private string Assertion()
    {
        var key = JsonText.Parse(KeyFile());
        string Field(string name) => key.Member(name).Text()
            ?? throw new TerminalException($"{credential.Section}:ServiceAccountFile has no '{name}'. Download the service account's key as JSON.");
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var head = JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT", kid = Field("private_key_id") });
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new { iss = Field("client_email"), scope = credential.Scope, aud = credential.TokenUrl.OriginalString, iat = now, exp = now + 3600 });
        var signed = $"{Base64Url(head)}.{Base64Url(claims)}";
        using var rsa = RSA.Create();
        ImportKey(rsa, Field("private_key"));
        var signature = rsa.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url(signature)}";
    }

    private void ImportKey(RSA rsa, string pem)
    {
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new TerminalException(
                $"The private_key in {credential.Section}:ServiceAccountFile cannot be read as a private key; download it again as JSON.", error);
        }
    }

    private byte[] KeyFile()
    {
        try
        {
            return File.ReadAllBytes(credential.ServiceAccountFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TerminalException($"The file that {credential.Section}:ServiceAccountFile names cannot be read; mount the service account's key there.", error);
        }
    }

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}

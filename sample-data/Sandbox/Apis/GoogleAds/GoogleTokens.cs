using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Google's token endpoint: access tokens for a refresh token or a service account's assertion.</summary>
/// <remarks>
/// An assertion's claims are checked, its signature is not: the sample has no key.
/// https://developers.google.com/identity/protocols/oauth2/service-account
/// </remarks>
internal sealed class GoogleTokens(GoogleClient client, TimeProvider time)
{
    /// <summary>What tokens are for: Google Ads.</summary>
    public const string Ads = "https://www.googleapis.com/auth/adwords";

    /// <summary>What tokens are for: BigQuery.</summary>
    public const string BigQuery = "https://www.googleapis.com/auth/bigquery";

    private const int UsualSeconds = 3599;

    private readonly ConcurrentDictionary<string, (string Scope, DateTimeOffset End)> ends = new();
    private int issued;

    /// <summary>How long the next tokens live, in seconds.</summary>
    public int LifeSeconds { get; set; } = UsualSeconds;

    /// <summary>Whether an access token was given out for a scope and lives.</summary>
    public bool IsAlive(string token, string scope) => ends.TryGetValue(token, out var found) && found.Scope == scope && time.GetUtcNow() < found.End;

    /// <summary>Answers a token request.</summary>
    public Answer Answer(IFormCollection form) => form["grant_type"].ToString() switch
    {
        "refresh_token" when form["client_id"] != client.Id || form["client_secret"] != client.Secret =>
            Refuse(401, "invalid_client", "The OAuth client was not found."),
        "refresh_token" when form["refresh_token"] != client.RefreshToken => InvalidGrant,
        "refresh_token" => Issue(Ads),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => Claims(form["assertion"].ToString()) is { } scope ? Issue(scope) : InvalidGrant,
        _ => Refuse(400, "unsupported_grant_type", "Invalid grant_type"),
    };

    /// <summary>Consent must be given again.</summary>
    public static Answer InvalidGrant => Refuse(400, "invalid_grant", "Token has been expired or revoked.");

    /// <summary>No token lives.</summary>
    public void Clear()
    {
        ends.Clear();
        LifeSeconds = UsualSeconds;
    }

    private Answer Issue(string scope)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"ya29.sandbox-{Interlocked.Increment(ref issued)}");
        ends[token] = (scope, time.GetUtcNow().AddSeconds(LifeSeconds));
        return Calls.Answer.Ok(new JsonObject { ["access_token"] = token, ["expires_in"] = LifeSeconds, ["scope"] = scope, ["token_type"] = "Bearer" });
    }

    /// <summary>The scope that an assertion asks for; null when it is refused.</summary>
    private string? Claims(string assertion)
    {
        if (assertion.Split('.') is not [_, var payload, _] || !Base64Url.IsValid(payload)) return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var root = claims.RootElement;
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            var scope = root.GetProperty("scope").GetString()!;
            return root.GetProperty("iss").GetString() == client.ServiceAccount && scope is (Ads or BigQuery)
                && root.GetProperty("aud").GetString()!.EndsWith("/token", StringComparison.Ordinal)
                && root.GetProperty("exp").GetInt64() > now
                && root.GetProperty("iat").GetInt64() is var since && since <= now + 60 && root.GetProperty("exp").GetInt64() <= since + 3600 ? scope : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Answer Refuse(int status, string error, string description) =>
        Calls.Answer.Refused(status, new JsonObject { ["error"] = error, ["error_description"] = description });
}

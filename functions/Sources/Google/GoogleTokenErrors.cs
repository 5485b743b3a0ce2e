using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Google;

/// <summary>What the answers of Google's token endpoint mean: https://developers.google.com/identity/protocols/oauth2.</summary>
public static class GoogleTokenErrors
{
    /// <summary>The verdict on an answer.</summary>
    /// <param name="section">Where the settings hold the credential.</param>
    public static Verdict Judge(ProviderAnswer answer, string section)
    {
        if (answer.Code is >= 200 and < 300) return Verdict.Good;
        return JsonText.Parse(answer.Body).Member("error").Text() switch
        {
            "invalid_grant" => Stopped(
                $"Google answered invalid_grant: the consent or the key has ended; renew it and set {section}:RefreshToken or {section}:ServiceAccountFile."),
            ("invalid_client" or "unauthorized_client") and var error => Stopped(
                $"Google answered {error}: check {section}:ClientId and {section}:ClientSecret, or {section}:ServiceAccountFile."),
            _ when answer.Code == 429 => new(VerdictKind.Throttled, "Google answered 429.", answer.Headers.RetryAfter),
            _ => new(VerdictKind.TryAgain, "Google gave no access token."),
        };
    }

    private static Verdict Stopped(string reason) => new(VerdictKind.Stopped, reason, WholeApplication: true);
}

using System.Globalization;
using System.Text.Json;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.GoogleAds;

/// <summary>What Google's answers mean: https://developers.google.com/google-ads/api/docs/common-errors.</summary>
public static class GoogleAdsErrors
{
    private static readonly HashSet<string> Passing =
        ["RESOURCE_TEMPORARILY_EXHAUSTED", "INTERNAL_ERROR", "TRANSIENT_ERROR", "DEADLINE_EXCEEDED", "CONCURRENT_MODIFICATION"];

    /// <summary>The verdict on an HTTP answer.</summary>
    public static Verdict Judge(ProviderAnswer answer)
    {
        var body = JsonText.Parse(answer.Body);
        if (answer.Code is >= 200 and < 300) return Judge(body);
        // A stream's error stands in a list of one.
        var error = (body is { ValueKind: JsonValueKind.Array } ? body.Items().FirstOrDefault() : body).Member("error");
        return JudgeError(error, answer.Code, answer.Headers.RetryAfter);
    }

    /// <summary>The verdict on a part of an answer that began well: an error can come in the middle.</summary>
    public static Verdict Judge(JsonElement? batch) =>
        batch.Member("error") is { ValueKind: JsonValueKind.Object } error ? JudgeError(error, CodeOf(error), null) : Verdict.Good;

    private static int CodeOf(JsonElement? error) => error.Member("code").Whole() ?? 0;

    private static Verdict JudgeError(JsonElement? error, int status, TimeSpan? retryAfter)
    {
        foreach (var failure in error.Member("details").Items().SelectMany(detail => detail.Member("errors").Items()))
            if (failure.Member("errorCode") is { ValueKind: JsonValueKind.Object } code && code.EnumerateObject().FirstOrDefault() is { Name: not null } first)
                return Judge(first.Name, first.Value.ToString(), failure, retryAfter);
        return status switch
        {
            429 => new(VerdictKind.Throttled, "Google answered 429.", retryAfter),
            401 => new(VerdictKind.Stopped, "Google refuses the access token (401); renew the consent or the key.", WholeApplication: true)
            {
                AccessTokenRefused = true,
            },
            403 => new(VerdictKind.Stopped, "Google refuses access to the customer (403); check its users and GoogleAds:LoginCustomerId."),
            0 or >= 500 => new(VerdictKind.TryAgain, $"Google answered {status}."),
            _ => new(VerdictKind.Refused, $"Google answered {status} {error.Member("status").Text()}."),
        };
    }

    private static Verdict Judge(string category, string code, JsonElement? failure, TimeSpan? retryAfter)
    {
        Verdict As(VerdictKind kind, string remedy, bool everywhere = false) => new(kind, $"Google answered {category} {code}: {remedy}", WholeApplication: everywhere);
        var quota = failure.Member("details").Member("quotaErrorDetails");
        var everywhere = quota.Member("rateScope").Text() == "DEVELOPER";
        return (category, code) switch
        {
            (_, "RESOURCE_EXHAUSTED") => As(VerdictKind.Throttled, "a quota is used up.", everywhere) with { After = Delay(quota.Member("retryDelay").Text()) ?? retryAfter },
            (_, "RESOURCE_TEMPORARILY_EXHAUSTED") when Delay(quota.Member("retryDelay").Text()) is { } delay =>
                As(VerdictKind.Throttled, "too many questions at once.", everywhere) with { After = delay },
            (_, "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION" or "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION") =>
                As(VerdictKind.Throttled, "queries of this shape cost too much.") with { After = TimeSpan.FromMinutes(5) },
            ("authorizationError", "CUSTOMER_NOT_ENABLED") => As(VerdictKind.Skipped, "the customer is closed or not yet open."),
            ("authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION" or "DEVELOPER_TOKEN_NOT_APPROVED") =>
                As(VerdictKind.Stopped, "the Google Cloud project may only ask test accounts; apply for access.", everywhere: true),
            ("authorizationError", _) => As(VerdictKind.Stopped, "no access to the customer; check its users and GoogleAds:LoginCustomerId."),
            ("authenticationError", _) => As(VerdictKind.Stopped, "the credentials are not accepted; renew the consent or the key.", everywhere: true) with
            {
                AccessTokenRefused = true,
            },
            (_, "EXPIRED_PAGE_TOKEN") => As(VerdictKind.BeginAnew, "the page token is too old."),
            ("requestError", "UNSUPPORTED_VERSION") => As(VerdictKind.Stopped, "this API version is gone; raise GoogleAds:Version.", everywhere: true),
            _ when Passing.Contains(code) => As(VerdictKind.TryAgain, "a passing fault."),
            _ => As(VerdictKind.Refused, "it refuses the question; the query or the API has changed."),
        };
    }

    // A protobuf duration: "30s", "1.5s".
    private static TimeSpan? Delay(string? text) =>
        text is [.. var seconds, 's'] && double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(value) : null;
}

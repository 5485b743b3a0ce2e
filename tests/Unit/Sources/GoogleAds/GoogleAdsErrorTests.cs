using Pipeline.Sources.Google;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Unit.Sources.Slices;

namespace Pipeline.Tests.Unit.Sources.GoogleAds;

/// <summary>What is done about each answer of Google.</summary>
public sealed class GoogleAdsErrorTests
{
    [Theory]
    [InlineData(429, "quotaError", "RESOURCE_EXHAUSTED", VerdictKind.Throttled)]
    [InlineData(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", VerdictKind.TryAgain)]
    [InlineData(429, "quotaError", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", VerdictKind.Throttled)]
    [InlineData(429, "quotaError", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION", VerdictKind.Throttled)]
    [InlineData(500, "internalError", "INTERNAL_ERROR", VerdictKind.TryAgain)]
    [InlineData(500, "internalError", "TRANSIENT_ERROR", VerdictKind.TryAgain)]
    [InlineData(504, "internalError", "DEADLINE_EXCEEDED", VerdictKind.TryAgain)]
    [InlineData(400, "queryError", "UNRECOGNIZED_FIELD", VerdictKind.Refused)]
    [InlineData(403, "authorizationError", "CUSTOMER_NOT_ENABLED", VerdictKind.Skipped)]
    [InlineData(403, "authorizationError", "USER_PERMISSION_DENIED", VerdictKind.Stopped)]
    [InlineData(403, "authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", VerdictKind.Stopped, true)]
    [InlineData(401, "authenticationError", "OAUTH_TOKEN_EXPIRED", VerdictKind.Stopped, true)]
    [InlineData(400, "requestError", "EXPIRED_PAGE_TOKEN", VerdictKind.BeginAnew)]
    [InlineData(400, "requestError", "UNSUPPORTED_VERSION", VerdictKind.Stopped, true)]
    public void Every_documented_error_leads_to_its_action(int status, string category, string code, VerdictKind expected, bool everywhere = false)
    {
        var verdict = GoogleAdsErrors.Judge(Answers.Of(status, $"[{Failure(status, category, code)}]"));

        Assert.Equal((expected, everywhere), (verdict.Kind, verdict.WholeApplication));
        Assert.Equal(status == 401, verdict.AccessTokenRefused);      // only there a fresh token helps
    }

    [Fact]
    public void A_quota_is_waited_for_as_long_as_its_details_say()
    {
        const string details = ""","details":{"quotaErrorDetails":{"rateScope":"DEVELOPER","rateName":"x","retryDelay":"30s"}}""";

        var verdict = GoogleAdsErrors.Judge(Answers.Of(429, Failure(429, "quotaError", "RESOURCE_EXHAUSTED", details)));

        Assert.Equal((VerdictKind.Throttled, TimeSpan.FromSeconds(30), true), (verdict.Kind, verdict.After, verdict.WholeApplication));
    }

    [Theory]
    [InlineData(503, "", VerdictKind.TryAgain)]
    [InlineData(502, "<html></html>", VerdictKind.TryAgain)]
    [InlineData(401, "", VerdictKind.Stopped)]
    [InlineData(403, "", VerdictKind.Stopped)]
    [InlineData(429, "", VerdictKind.Throttled)]
    [InlineData(400, "", VerdictKind.Refused)]
    public void Bare_statuses_are_judged_too(int status, string body, VerdictKind expected) =>
        Assert.Equal(expected, GoogleAdsErrors.Judge(Answers.Of(status, body)).Kind);

    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"Token has been expired or revoked."}""", VerdictKind.Stopped)]
    [InlineData(401, """{"error":"invalid_client"}""", VerdictKind.Stopped)]
    [InlineData(503, "", VerdictKind.TryAgain)]
    [InlineData(429, "", VerdictKind.Throttled)]
    public void Answers_of_the_token_endpoint_have_a_table_of_their_own(int status, string body, VerdictKind expected) =>
        Assert.Equal(expected, GoogleTokenErrors.Judge(Answers.Of(status, body), "GoogleAds").Kind);

    private static string Failure(int status, string category, string code, string details = "") => $$$$"""
        {"error":{"code":{{{{status}}}},"status":"X","details":[{"@type":"type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors":[{"errorCode":{"{{{{category}}}}":"{{{{code}}}}"},"message":"m"{{{{details}}}}}],"requestId":"r"}]}}
        """;
}

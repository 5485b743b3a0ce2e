using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>An error of the Google Ads API.</summary>
/// <param name="Family">Such as <c>quotaError</c>; empty for an error that the API's front answers without a GoogleAdsFailure.</param>
/// <param name="Code">Such as <c>RESOURCE_EXHAUSTED</c>.</param>
/// <param name="Closes">The account is closed for the rule's time, which the error says.</param>
/// <remarks>https://developers.google.com/google-ads/api/docs/best-practices/understand-api-errors</remarks>
internal sealed record GoogleAdsError(int Status, string RpcStatus, string Family, string Code, string Message, bool Closes = false)
{
    /// <summary>The member <c>error</c>'s object.</summary>
    /// <param name="retryDelay">How long to wait; null says nothing.</param>
    public JsonObject ToJson(string requestId, string version, TimeSpan? retryDelay)
    {
        var error = new JsonObject { ["code"] = Status, ["message"] = Family == "" ? Message : "Request contains an invalid argument.", ["status"] = RpcStatus };
        if (Family == "") return new() { ["error"] = error };
        var one = new JsonObject { ["errorCode"] = new JsonObject { [Family] = Code }, ["message"] = Message };
        if (retryDelay is { } delay)
        {
            one["details"] = new JsonObject
            {
                ["quotaErrorDetails"] = new JsonObject
                {
                    ["rateScope"] = "ACCOUNT",
                    ["rateName"] = "Requests per account",
                    ["retryDelay"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds))}s"),
                },
            };
        }

        error["details"] = new JsonArray(new JsonObject
        {
            ["@type"] = $"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure",
            ["errors"] = new JsonArray(one),
            ["requestId"] = requestId,
        });
        return new() { ["error"] = error };
    }
}

/// <summary>Ends a call with an error.</summary>
internal sealed class GoogleRefusal(GoogleAdsError error) : Exception(error.Message)
{
    /// <summary>What to answer.</summary>
    public GoogleAdsError Error => error;

    /// <summary>A query that cannot be answered.</summary>
    public static GoogleRefusal Query(string code, string message) => new(new(400, "INVALID_ARGUMENT", "queryError", code, message));
}

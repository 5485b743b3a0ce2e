using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Every error class of the Google Ads API that an extraction meets, by the name it is switched on with.</summary>
internal static class GoogleAdsFaults
{
    /// <summary>Errors in place of the answer.</summary>
    public static IReadOnlyDictionary<string, GoogleAdsError> Errors { get; } = new Dictionary<string, GoogleAdsError>
    {
        ["throttle"] = Quota("RESOURCE_EXHAUSTED", "Too many requests. Retry in the time given."),
        ["temporarily_exhausted"] = Quota("RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests. Retry in the time given."),
        ["excessive_short_term"] = Quota("EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", "The queries use too many resources."),
        ["excessive_long_term"] = Quota("EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION", "The queries use too many resources."),
        ["too_many_requests"] = new(429, "RESOURCE_EXHAUSTED", "", "", "Resource has been exhausted (e.g. check quota).", Closes: true),
        ["internal_error"] = new(500, "INTERNAL", "internalError", "INTERNAL_ERROR", "An internal error has occurred."),
        ["transient_error"] = new(503, "UNAVAILABLE", "internalError", "TRANSIENT_ERROR", "There was a transient error."),
        ["deadline_exceeded"] = new(504, "DEADLINE_EXCEEDED", "internalError", "DEADLINE_EXCEEDED", "The request took too long."),
        ["unavailable"] = new(503, "UNAVAILABLE", "", "", "The service is currently unavailable."),
        ["token_expired"] = new(401, "UNAUTHENTICATED", "", "", "Request had invalid authentication credentials. Expected OAuth 2 access token."),
        ["query_error"] = new(400, "INVALID_ARGUMENT", "queryError", "UNRECOGNIZED_FIELD", "Unrecognized field in the query: 'metrics.costs'."),
        ["customer_not_enabled"] = new(403, "PERMISSION_DENIED", "authorizationError", "CUSTOMER_NOT_ENABLED",
            "The customer account can't be accessed: it is not yet enabled or has been deactivated."),
        ["user_permission_denied"] = new(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED",
            "User doesn't have permission to access customer. Set the manager's id in the 'login-customer-id' header."),
        ["project_not_approved"] = new(403, "PERMISSION_DENIED", "authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
            "The cloud project is not approved for production accounts."),
        ["expired_page_token"] = new(400, "INVALID_ARGUMENT", "requestError", "EXPIRED_PAGE_TOKEN", "The page token has expired."),
        ["unsupported_version"] = new(400, "INVALID_ARGUMENT", "requestError", "UNSUPPORTED_VERSION", "Version is deprecated. Requests to this version will be blocked."),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, FaultName> Names { get; } = new Dictionary<string, FaultName>(
        Errors.Select(error => KeyValuePair.Create(error.Key, new FaultName($"{error.Value.Status} {error.Value.Code}: {error.Value.Message}")))
            .Concat(FaultName.Common))
    {
        ["invalid_grant"] = new("the refresh token, or the service account, is refused", "token"),
        ["error_in_stream"] = new("an error object inside the array of a stream, after half of its batches", "search_stream"),
    };

    private static GoogleAdsError Quota(string code, string message) => new(429, "RESOURCE_EXHAUSTED", "quotaError", code, message, Closes: true);
}

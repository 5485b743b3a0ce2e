using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Every error class of the Graph API that an extraction meets, by the name it is switched on with.</summary>
internal static class FacebookFaults
{
    /// <summary>Errors in place of the answer.</summary>
    public static IReadOnlyDictionary<string, GraphError> Errors { get; } = new Dictionary<string, GraphError>
    {
        ["unknown"] = new(500, 1, null, "An unknown error occurred", Transient: true),
        ["subcode_99"] = new(500, 1, 99, "An unknown error occurred"),
        ["temporary"] = new(500, 2, null, "Service temporarily unavailable", Transient: true),
        ["temporary_1504043"] = new(400, 2, 1504043, "Service temporarily unavailable"),
        ["service_unavailable"] = new(503, 2, null, "Service temporarily unavailable"),
        ["reduce_data"] = new(500, 1, null, "Please reduce the amount of data you're asking for, then retry your request"),
        ["too_broad"] = new(400, 100, 1487534, "There is too much data to report; ask for a smaller range"),
        ["timed_out"] = new(400, 100, 1504018, "Your request timed out; ask for less data, or asynchronously"),
        ["timed_out_1504038"] = new(400, 2, 1504038, "Your request timed out; ask for less data, or asynchronously"),
        ["app_limit"] = new(403, 4, null, "Application request limit reached", Closes: Closes.App),
        ["app_limit_1504022"] = new(403, 4, 1504022, "There have been too many calls from this app", Closes: Closes.App),
        ["app_limit_1504039"] = new(403, 4, 1504039, "There have been too many calls from this app", Closes: Closes.App),
        ["user_limit"] = Limit(17, "User request limit reached"),
        ["page_limit"] = Limit(32, "Page request limit reached"),
        ["limit_341"] = Limit(341, "Application limit reached"),
        ["custom_limit"] = Limit(613, "Calls to this API have exceeded the rate limit"),
        ["throttle"] = Limit(80000, "There have been too many calls to this ad account"),
        ["limit_80001"] = Limit(80001, "There have been too many calls to this page account"),
        ["limit_80002"] = Limit(80002, "There have been too many calls to this account"),
        ["limit_80003"] = Limit(80003, "There have been too many calls to this ad account's audiences"),
        ["limit_80004"] = Limit(80004, "There have been too many calls to this ad account"),
        ["limit_80005"] = Limit(80005, "There have been too many leadgen calls"),
        ["limit_80006"] = Limit(80006, "There have been too many messages"),
        ["limit_80008"] = Limit(80008, "There have been too many calls to this account"),
        ["limit_80009"] = Limit(80009, "There have been too many calls to this catalog"),
        ["limit_80014"] = Limit(80014, "There have been too many catalog batch calls"),
        ["report_failed"] = new(400, -2, 2490547, "The report run failed"),
        ["invalid_breakdowns"] = new(400, 2, 1504041, "The breakdowns cannot be asked for together"),
        ["invalid_metric"] = new(400, 2, 1504042, "The custom metric is invalid"),
        ["summary_param"] = new(400, 100, null, "Cannot include spend in summary param because they weren't there while creating the report run."),
        ["run_not_found"] = NotFound,
        ["token_expired"] = new(400, 190, 463, "Error validating access token: the session has expired"),
        ["token_revoked"] = new(400, 190, 460, "Error validating access token: the password was changed"),
        ["token_invalid"] = new(400, 190, 467, "Invalid access token"),
        ["permission"] = new(403, 10, null, "Application does not have permission for this action"),
        ["permission_200"] = new(403, 200, null, "Ad account owner has not granted ads_read permission"),
        ["missing_permissions"] = new(400, 100, null, "Missing permissions", Type: "GraphMethodException"),
        ["version_gone"] = VersionGone,
        ["too_old"] = new(400, 3018, null, "The start date of the time range cannot be beyond 37 months from the current date"),
    };

    /// <summary>Ends of a report run that are decided when it is submitted.</summary>
    public static IReadOnlyDictionary<string, GraphError?> Fates { get; } = new Dictionary<string, GraphError?>
    {
        ["job_failed"] = new GraphError(200, 2, 1504043, "Service temporarily unavailable", Transient: true),
        ["job_failed_report"] = new GraphError(200, -2, 2490547, "The report run failed"),
        ["job_too_broad"] = new GraphError(200, 100, 1487534, "There is too much data to report; ask for a smaller range"),
        ["job_limited"] = new GraphError(200, 80000, null, "There have been too many calls to this ad account"),
        ["job_limited_app"] = new GraphError(200, 4, 1504022, "There have been too many calls from this app"),
        ["job_skipped"] = null,
        ["job_stuck"] = null,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, FaultName> Names { get; } = new Dictionary<string, FaultName>(
        Errors.Select(error => KeyValuePair.Create(error.Key, new FaultName($"code {error.Value.Code}/{error.Value.Subcode}: {error.Value.Message}")))
            .Concat(Fates.Select(fate => KeyValuePair.Create(fate.Key, new FaultName("the end of a report run", "report_submit"))))
            .Concat(FaultName.Common))
    {
        ["busy"] = new("the true answer, with usage headers at 100 % for waitSeconds"),
        ["empty_page"] = new("a page without rows before the true one", "report_page"),
    };

    /// <summary>An id that is none.</summary>
    public static GraphError NotFound => new(
        400, 100, 33, "Unsupported get request. Object does not exist, or cannot be loaded due to missing permissions", Type: "GraphMethodException");

    /// <summary>A version of the past, or none at all.</summary>
    public static GraphError VersionGone => new(
        400, 2635, null, "You are calling a deprecated version of the Ads API. Please update to the latest version: v26.0.");

    private static GraphError Limit(int code, string message) => new(400, code, null, message, Closes: Closes.Account);
}

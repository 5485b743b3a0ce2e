using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>An error as BigQuery words it.</summary>
/// <param name="Status">HTTP.</param>
/// <param name="Closes">The project stays closed for the rule's time.</param>
/// <param name="OfJob">It is the end of a job, not an answer: the job's status has it.</param>
internal sealed record BigQueryError(int Status, string Reason, string Message, bool Closes = false, bool OfJob = false)
{
    /// <summary>The answer's body.</summary>
    public JsonObject ToJson() => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = Status, ["message"] = Message,
            ["errors"] = new JsonArray(new JsonObject { ["message"] = Message, ["domain"] = "global", ["reason"] = Reason }),
        },
    };

    /// <summary>The status of a job that ended with it.</summary>
    public JsonObject ToJobError() => new() { ["reason"] = Reason, ["message"] = Message };
}

/// <summary>Every error of BigQuery that an extraction meets, by the name it is switched on with.</summary>
internal static class BigQueryFaults
{
    /// <summary>Where jobs are begun, looked at and read.</summary>
    public const string Begin = "job";

    /// <inheritdoc cref="Begin"/>
    public const string Look = "job_state";

    /// <inheritdoc cref="Begin"/>
    public const string Page = "result_page";

    /// <summary>The errors.</summary>
    public static IReadOnlyDictionary<string, BigQueryError> Errors { get; } = new Dictionary<string, BigQueryError>
    {
        ["throttle"] = new(403, "rateLimitExceeded", "Exceeded rate limits: too many api requests per user per method for this user_method.", Closes: true),
        ["quota"] = new(403, "quotaExceeded", "Quota exceeded: Your project exceeded quota for free query bytes scanned.", Closes: true),
        ["backend_error"] = new(503, "backendError", "Error encountered during execution. Retrying may solve the problem."),
        ["internal_error"] = new(500, "internalError", "An internal error occurred and the request could not be completed."),
        ["access_denied"] = new(403, "accessDenied",
            "Access Denied: Table shop-analytics:shop.user_actions: User does not have permission to query table "
            + "shop-analytics:shop.user_actions, or perhaps it does not exist in location EU."),
        ["token_expired"] = new(401, "authError", "Request had invalid authentication credentials. Expected OAuth 2 access token."),
        ["result_gone"] = new(404, "notFound", "Not found: Job shop-analytics:EU.pipeline"),
        ["invalid_query"] = new(400, "invalidQuery", "Unrecognized name: event_name at [1:8]"),
        ["job_failed"] = new(0, "jobBackendError", "The job encountered an error during execution. Retrying the job may solve the problem.", OfJob: true),
        ["job_rate_limit"] = new(0, "jobRateLimitExceeded", "Exceeded rate limits: too many jobs.", OfJob: true),
        ["job_quota"] = new(0, "quotaExceeded", "Quota exceeded: Your project exceeded quota for free query bytes scanned.", OfJob: true),
        ["resources_exceeded"] = new(0, "resourcesExceeded", "Resources exceeded during query execution.", OfJob: true),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, FaultName> Names { get; } = new Dictionary<string, FaultName>(
        Errors.Select(error => KeyValuePair.Create(error.Key, new FaultName($"{error.Value.Status} {error.Value.Reason}: {error.Value.Message}", EndpointOf(error.Value))))
            .Concat(FaultName.Common))
    {
        ["short_page"] = new("a page loses a row, and the total does not tell", Page),
    };

    private static string? EndpointOf(BigQueryError error) => error switch
    {
        { OfJob: true } => Begin,
        { Status: 404 } => Page,
        { Status: 400 } => Begin,
        _ => null,
    };
}

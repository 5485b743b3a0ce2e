using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>Every answer of CleverTap that is not the one hoped for, by the name it is switched on with.</summary>
internal static class CleverTapFaults
{
    /// <summary>All names.</summary>
    public static IReadOnlyDictionary<string, FaultName> Names { get; } = new Dictionary<string, FaultName>(FaultName.Common)
    {
        ["throttle"] = new("HTTP 429, too many concurrent requests; Retry-After only where waitSeconds is given, and no time is enforced"),
        ["throttle_200"] = new("the same in an HTTP 200"),
        ["in_progress"] = new("code 2 in an HTTP 200", "page"),
        ["in_progress_202"] = new("code 2 in an HTTP 202", "page"),
        ["incorrect_usage"] = new("code 3, as for a cursor that is encoded twice", "page"),
        ["cursor_expired"] = new("HTTP 400, the cursor is unknown by now", "page"),
        ["cursor_repeated"] = new("the next cursor is the one that was asked for", "page"),
        ["not_exportable"] = new("HTTP 400, export not allowed for this event", "export"),
        ["unknown_event"] = new("HTTP 400, there is no such event", "export"),
        ["wrong_region"] = new("HTTP 401, as for the host of another region"),
        ["count_off"] = new("the count is a tenth too high", "count"),
        ["unavailable"] = new("HTTP 503 with a body of CleverTap's"),
    };

    /// <summary>The answer to a fault in place of the true one; null where it only changes that.</summary>
    public static Answer? Of(FaultRule rule, string eventName) => rule.Fault switch
    {
        "throttle" => Told(TooMany(429), rule),
        "throttle_200" => Told(TooMany(200), rule),
        "in_progress" => InProgress(200),
        "in_progress_202" => InProgress(202),
        "incorrect_usage" => IncorrectUsage,
        "cursor_expired" => Fail(400, "Invalid cursor", 400),
        "not_exportable" => NotExportable,
        "unknown_event" => UnknownEvent(eventName),
        "wrong_region" => Unauthorized,
        "unavailable" => Fail(503, "Service unavailable", 503),
        _ => FaultName.CommonAnswer(rule.Fault),
    };

    /// <summary>A cursor that is none.</summary>
    public static Answer IncorrectUsage => Fail(200, "Incorrect Usage", 3);

    /// <summary>An event of the system.</summary>
    public static Answer NotExportable => Fail(400, "Export not allowed for this event", null);

    /// <summary>Wrong credentials, or the host of another region.</summary>
    public static Answer Unauthorized => Fail(401, "Invalid Credentials", 401);

    /// <summary>A fourth call at once.</summary>
    public static Answer TooMany(int status) => Fail(status, "Too many concurrent requests", 429);

    /// <summary>The export is not ready.</summary>
    public static Answer InProgress(int status) => Fail(status, "Request still in progress, please retry later", 2);

    /// <summary>Names are case-sensitive.</summary>
    public static Answer UnknownEvent(string name) => Answer.Refused(400, new JsonObject
    {
        ["status"] = "fail", ["error"] = new JsonArray($"Invalid event : {name}"), ["code"] = 400,
    });

    /// <summary>Any other failure in CleverTap's form.</summary>
    public static Answer Fail(int status, string error, int? code)
    {
        var body = new JsonObject { ["status"] = "fail", ["error"] = error };
        if (code is { } number) body["code"] = number;
        return Answer.Refused(status, body);
    }

    private static Answer Told(Answer answer, FaultRule rule) => rule.WaitSeconds is not { } seconds ? answer : answer with
    {
        Headers = new Dictionary<string, string> { ["Retry-After"] = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture) },
    };
}

using Microsoft.AspNetCore.Mvc;

namespace Pipeline.App.Http;

/// <summary>Answers that say what is wrong (RFC 9457).</summary>
internal static class Problems
{
    /// <summary>400 with every fault.</summary>
    public static IActionResult Of(IReadOnlyList<string> faults) => Answer(400, "The request has faults.", faults);

    /// <summary>404.</summary>
    public static IActionResult NotFound(string what) => Answer(404, what, []);

    /// <summary>409.</summary>
    public static IActionResult Conflict(string why) => Answer(409, why, []);

    private static ObjectResult Answer(int status, string title, IReadOnlyList<string> faults) => new(
        new ProblemDetails { Status = status, Title = title, Extensions = { ["faults"] = faults } })
    { StatusCode = status, ContentTypes = { "application/problem+json" } };
}

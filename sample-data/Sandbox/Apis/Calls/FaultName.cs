namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>A fault that a platform can be told to show.</summary>
/// <param name="Meaning">For people.</param>
/// <param name="Endpoint">The only endpoint it makes sense at; null for all.</param>
internal sealed record FaultName(string Meaning, string? Endpoint = null)
{
    /// <summary>Those that every platform shows in the same way.</summary>
    public static IReadOnlyDictionary<string, FaultName> Common { get; } = new Dictionary<string, FaultName>
    {
        ["server_error"] = new("HTTP 500 whose body is no JSON"),
        ["bad_gateway"] = new("HTTP 502 whose body is no JSON"),
        ["drop"] = new("the connection breaks in the middle of the body"),
        ["slow"] = new("the true answer after waitSeconds"),
    };

    /// <summary>The answer to a fault that every platform shows in the same way; null for others.</summary>
    public static Answer? CommonAnswer(string fault) => fault switch
    {
        "server_error" => Answer.Gateway(500, "Internal Server Error"),
        "bad_gateway" => Answer.Gateway(502, "Bad Gateway"),
        _ => null,
    };
}

using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>How far an error closes the API for a while.</summary>
internal enum Closes
{
    Nothing,
    Account,
    App,
}

/// <summary>An error of the Graph API.</summary>
/// <remarks>https://developers.facebook.com/docs/marketing-api/insights/error-codes</remarks>
internal sealed record GraphError(
    int Status, int Code, int? Subcode, string Message, bool Transient = false, Closes Closes = Closes.Nothing, string Type = "OAuthException")
{
    /// <summary>The token that brought it is dead from then on.</summary>
    public bool KillsToken => Code == 190;

    /// <summary>The answer that carries it.</summary>
    public Answer ToAnswer(string trace)
    {
        var error = new JsonObject
        {
            ["message"] = $"(#{Code}) {Message}", ["type"] = Type, ["code"] = Code, ["is_transient"] = Transient, ["fbtrace_id"] = trace,
        };
        if (Subcode is { } subcode) error["error_subcode"] = subcode;
        return Answer.Refused(Status, new JsonObject { ["error"] = error });
    }
}

/// <summary>Ends a call with an error.</summary>
internal sealed class GraphRefusal(GraphError error) : Exception(error.Message)
{
    /// <summary>What to answer.</summary>
    public GraphError Error => error;
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>A call to the Graph API: its parameters, from the query and the form, and who makes it.</summary>
internal sealed class GraphRequest
{
    private static readonly string[] Versions = ["v23.0", "v24.0", "v25.0", "v26.0"];

    private readonly HttpRequest request;
    private readonly Dictionary<string, string> parameters;

    private GraphRequest(HttpRequest request, Dictionary<string, string> parameters)
    {
        this.request = request;
        this.parameters = parameters;
        Token = AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) && header.Scheme == "Bearer"
            ? header.Parameter ?? ""
            : this["access_token"] ?? "";
    }

    /// <summary>The access token; empty when there is none.</summary>
    public string Token { get; }

    /// <summary>The version in the path.</summary>
    public string Version => request.RouteValues["version"]?.ToString() ?? "";

    /// <summary>A parameter, or null.</summary>
    public string? this[string name] => parameters.GetValueOrDefault(name);

    public static async Task<GraphRequest> ReadAsync(HttpRequest request, CancellationToken stopping)
    {
        var parameters = request.Query.ToDictionary(each => each.Key, each => each.Value.ToString());
        if (request.HasFormContentType)
        {
            foreach (var (name, value) in await request.ReadFormAsync(stopping)) parameters[name] = value.ToString();
        }

        return new(request, parameters);
    }

    /// <summary>Refuses a version that is gone.</summary>
    /// <exception cref="GraphRefusal">Code 2635.</exception>
    public void CheckVersion()
    {
        if (!Versions.Contains(Version)) throw new GraphRefusal(FacebookFaults.VersionGone);
    }

    /// <summary>Refuses a token that is none of the sample's, and a call without its proof.</summary>
    /// <exception cref="GraphRefusal">Code 190, or 100 for the proof.</exception>
    /// <remarks>https://developers.facebook.com/docs/graph-api/guides/secure-requests</remarks>
    public void CheckToken(FacebookFile file)
    {
        if (!Token.StartsWith(file.TokenPrefix, StringComparison.Ordinal)) throw new GraphRefusal(FacebookFaults.Errors["token_invalid"]);
        var proof = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(file.App.Secret), Encoding.UTF8.GetBytes(Token)));
        if (this["appsecret_proof"] is not { } shown)
            throw new GraphRefusal(new(400, 100, null, "API calls from the server require an appsecret_proof argument", Type: "GraphMethodException"));
        if (shown != proof)
            throw new GraphRefusal(new(400, 100, null, "Invalid appsecret_proof provided in the API argument", Type: "GraphMethodException"));
    }

    /// <summary>A whole number of a parameter, within bounds.</summary>
    /// <exception cref="GraphRefusal">Code 100.</exception>
    public int Number(string name, int otherwise, int most) => this[name] is not { } text
        ? otherwise
        : int.TryParse(text, out var number) && number > 0
            ? Math.Min(number, most)
            : throw Invalid($"Param {name} must be an integer above zero");

    /// <summary>The address of the same question from a cursor on; the token is in it, as the Graph API has it.</summary>
    public string Address(string after)
    {
        var query = new QueryBuilder(parameters.Where(each => each.Key is not ("after" or "access_token"))) { { "access_token", Token }, { "after", after } };
        return $"{request.Scheme}://{request.Host}{request.Path}{query}";
    }

    /// <summary>A parameter that cannot be understood.</summary>
    public static GraphRefusal Invalid(string message) => new(new(400, 100, null, message));
}

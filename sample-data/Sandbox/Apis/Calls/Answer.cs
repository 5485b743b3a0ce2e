using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>What goes out for a call.</summary>
/// <param name="Whole">It is the true answer; false for an error and for one that a fault changed.</param>
internal sealed record Answer(int Status, string Body, bool Whole = true) : IResult
{
    // A reset that overtakes the bytes before it would take them along: then there is no half of an answer.
    private static readonly TimeSpan BeforeBreak = TimeSpan.FromMilliseconds(50);

    /// <summary>As the providers send it.</summary>
    public string ContentType { get; init; } = "application/json; charset=UTF-8";

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The connection breaks in the middle of the body.</summary>
    public bool Cut { get; init; }

    /// <summary>A true answer.</summary>
    public static Answer Ok(JsonNode body) => new(200, body.ToJsonString());

    /// <summary>An error in the provider's own form.</summary>
    public static Answer Refused(int status, JsonNode body) => new(status, body.ToJsonString(), Whole: false);

    /// <summary>What a gateway in front of the provider answers: no JSON.</summary>
    public static Answer Gateway(int status, string reason) =>
        new(status, $"<html><head><title>{status} {reason}</title></head><body><h1>{reason}</h1></body></html>", Whole: false)
        {
            ContentType = "text/html; charset=UTF-8",
        };

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext http)
    {
        var body = Encoding.UTF8.GetBytes(Body);
        http.Response.StatusCode = Status;
        http.Response.ContentType = ContentType;
        foreach (var (name, value) in Headers) http.Response.Headers[name] = value;
        await http.Response.Body.WriteAsync(Cut ? body.AsMemory(0, body.Length / 2) : body, http.RequestAborted);
        if (!Cut) return;
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await Task.Delay(BeforeBreak, http.RequestAborted);
        http.Abort();
    }
}

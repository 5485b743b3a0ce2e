using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>The host's own pages; with keys configured they ask for the master key.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http</remarks>
internal sealed class AdminEndpoints(FunctionCatalog catalog, ManualRuns runs, HttpKeys keys, TimeProvider time)
{
    private readonly DateTimeOffset started = time.GetUtcNow();

    /// <summary><c>GET /admin/host/status</c>, and <c>POST /admin/functions/{name}</c> with <c>{"input": …}</c>.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/admin/host/status", Guarded(StatusAsync));
        endpoints.MapPost("/admin/functions/{name}", Guarded(RunAsync));
    }

    private RequestDelegate Guarded(RequestDelegate serve) => http =>
    {
        if (keys.Open(AuthorizationLevel.Admin, null, HttpEndpoints.ShownKey(http.Request))) return serve(http);
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    };

    private Task StatusAsync(HttpContext http) => http.Response.WriteAsJsonAsync(
        new HostStatus("localhost", "Running", (long)(time.GetUtcNow() - started).TotalMilliseconds), AdminJson.Default.HostStatus);

    private async Task RunAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["name"]!;
        var function = catalog.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (function is null || !CanRun(function))
        {
            http.Response.StatusCode = function is null ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
            return;
        }

        try
        {
            using var body = http.Request.ContentLength is 0 or null && !http.Request.Headers.ContainsKey("Transfer-Encoding")
                ? null
                : await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            await runs.StartAsync(function, Input(body), http.RequestAborted);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (JsonException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    // As in the real host a disabled function runs when it is asked for here; of those whose trigger would have to be made up, timers only.
    private bool CanRun(FunctionDescriptor function) => catalog.Disabled.Contains(function)
        ? function.Trigger.IsDefined(typeof(TimerTriggerAttribute), false)
        : catalog.Http.All(known => known.Function != function);

    // Text stays text; anything else is its JSON.
    private static string? Input(JsonDocument? body)
    {
        if (body is null || body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("input", out var input)) return null;
        return input.ValueKind switch { JsonValueKind.Null => null, JsonValueKind.String => input.GetString(), _ => input.GetRawText() };
    }
}

/// <summary>What <c>GET /admin/host/status</c> answers.</summary>
internal sealed record HostStatus(string Id, string State, long ProcessUptime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HostStatus))]
internal sealed partial class AdminJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Durable.Engine;

namespace Pipeline.LocalHost.Durable.Http;

/// <summary>The HTTP management API of Durable Functions.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api</remarks>
internal static class ManagementEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, Func<HttpRequest, bool> allowed)
    {
        var group = endpoints.MapGroup("/runtime/webhooks/durabletask");
        group.AddEndpointFilter(async (context, next) =>
            allowed(context.HttpContext.Request) ? await next(context) : Results.Unauthorized());
        group.MapGet("/instances", (Delegate)InstanceQueries.ListAsync);
        group.MapDelete("/instances", (Delegate)InstanceQueries.PurgeAllAsync);
        group.MapGet("/instances/{id}", StatusAsync);
        group.MapDelete("/instances/{id}", PurgeAsync);
        group.MapPost("/instances/{id}/raiseEvent/{name}", RaiseAsync);
        group.MapPost("/instances/{id}/terminate", (HttpContext http, string id) => SteerAsync(http, id, (client, reason) =>
            client.TerminateInstanceAsync(id, reason, http.RequestAborted)));
        group.MapPost("/instances/{id}/suspend", (HttpContext http, string id) => SteerAsync(http, id, (client, reason) =>
            client.SuspendInstanceAsync(id, reason, http.RequestAborted)));
        group.MapPost("/instances/{id}/resume", (HttpContext http, string id) => SteerAsync(http, id, (client, reason) =>
            client.ResumeInstanceAsync(id, reason, http.RequestAborted)));
        group.MapPost("/instances/{id}/restart", RestartAsync);
        group.MapPost("/orchestrators/{function}/{id?}", StartAsync);
    }

    private static async Task<IResult> StatusAsync(HttpContext http, string id)
    {
        var client = Client(http);
        if (!Valid(id) || await client.GetInstanceAsync(id, true, http.RequestAborted) is not { } instance) return NotFound(id);
        var inputs = !string.Equals(http.Request.Query["showInput"], "false", StringComparison.OrdinalIgnoreCase);
        var failIsError = string.Equals(http.Request.Query["returnInternalServerErrorOnFailure"], "true",
            StringComparison.OrdinalIgnoreCase);
        var status = instance switch
        {
            { IsCompleted: false } => StatusCodes.Status202Accepted,
            { RuntimeStatus: OrchestrationRuntimeStatus.Failed } when failIsError => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status200OK,
        };
        if (status == StatusCodes.Status202Accepted)
        {
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            http.Response.Headers.RetryAfter = "10";
        }
        return Results.Json(InstanceJson.Of(instance, inputs), statusCode: status);
    }

    private static async Task<IResult> RaiseAsync(HttpContext http, string id, string name)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        JsonNode? payload = null;
        try
        {
            if (!string.IsNullOrWhiteSpace(body)) payload = JsonNode.Parse(body);
        }
        catch (JsonException error)
        {
            return Results.BadRequest($"The event's payload is not JSON: {error.Message}");
        }
        return await SteerAsync(http, id, (client, _) => client.RaiseEventAsync(id, name, payload, http.RequestAborted));
    }

    private static async Task<IResult> SteerAsync(HttpContext http, string id, Func<DurableTaskClient, string?, Task> steer)
    {
        var client = Client(http);
        if (!Valid(id) || await client.GetInstanceAsync(id, http.RequestAborted) is not { } instance) return NotFound(id);
        if (instance.IsCompleted) return Results.StatusCode(StatusCodes.Status410Gone);
        await steer(client, http.Request.Query["reason"]);
        return Results.Accepted();
    }

    private static async Task<IResult> PurgeAsync(HttpContext http, string id)
    {
        var purged = Valid(id) ? (await Client(http).PurgeInstanceAsync(id, http.RequestAborted)).PurgedInstanceCount : 0;
        return purged == 0 ? NotFound(id) : Results.Json(new JsonObject { ["instancesDeleted"] = purged });
    }

    private static async Task<IResult> RestartAsync(HttpContext http, string id)
    {
        var client = Client(http);
        if (!Valid(id) || await client.GetInstanceAsync(id, http.RequestAborted) is not { } instance) return NotFound(id);
        var keepId = string.Equals(http.Request.Query["restartWithNewInstanceId"], "false", StringComparison.OrdinalIgnoreCase);
        if (keepId && !instance.IsCompleted) return Results.Conflict($"Instance '{id}' has not ended.");
        return Accepted(http, await client.RestartAsync(id, !keepId, http.RequestAborted));
    }

    private static async Task<IResult> StartAsync(HttpContext http, string function, string? id)
    {
        var known = http.RequestServices.GetRequiredService<EngineParts>().Functions;
        if (known.FindOrchestrator(function) is null) return Results.NotFound($"The orchestrator function '{function}' doesn't exist.");
        if (id is not null && !Valid(id)) return Results.BadRequest($"'{id}' cannot be the id of an orchestration.");
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        try
        {
            var input = string.IsNullOrWhiteSpace(body) ? null : JsonNode.Parse(body);
            return Accepted(http, await Client(http).ScheduleNewOrchestrationInstanceAsync(
                function, input, new Microsoft.DurableTask.StartOrchestrationOptions(id), http.RequestAborted));
        }
        catch (JsonException error)
        {
            return Results.BadRequest($"The input is not JSON: {error.Message}");
        }
        catch (DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException error)
        {
            return Results.Conflict(error.Message);
        }
    }

    private static IResult Accepted(HttpContext http, string id)
    {
        var root = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/runtime/webhooks/durabletask";
        var links = InstanceJson.Links(root, id, http.Request.QueryString.Value ?? "");
        http.Response.Headers.RetryAfter = "10";
        return Results.Accepted((string?)links["statusQueryGetUri"], links);
    }

    private static bool Valid(string id) => id.Length > 0 && id[0] != '@' && !id.Contains('\0');

    private static IResult NotFound(string id) => Results.NotFound($"No instance with ID '{id}' was found.");

    private static DurableTaskClient Client(HttpContext http) => http.RequestServices.GetRequiredService<DurableTaskClient>();
}

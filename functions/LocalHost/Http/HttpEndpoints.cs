using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>Serves the HTTP functions.</summary>
internal sealed class HttpEndpoints(FunctionRunner runner, HttpKeys keys)
{
    /// <summary>One endpoint per function.</summary>
    public void Map(IEndpointRouteBuilder endpoints, IEnumerable<HttpFunction> functions)
    {
        foreach (var function in functions)
        {
            RequestDelegate serve = http => ServeAsync(function, http);
            var endpoint = function.Methods is null ? endpoints.Map(function.Route, serve)
                : endpoints.MapMethods(function.Route.RawText!, function.Methods, serve);
            endpoint.WithDisplayName(function.Function.Name);
        }
    }

    /// <summary>As the Functions host answers: a path that is there for other methods only is not found.</summary>
    public static async Task NotFoundForOtherMethods(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response is not { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false }) return;
        http.Response.Headers.Remove("Allow");
        http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>The caller's key: query <c>code</c>, or header <c>x-functions-key</c>; null for none.</summary>
    public static string? ShownKey(HttpRequest request) =>
        request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].FirstOrDefault();

    private async Task ServeAsync(HttpFunction function, HttpContext http)
    {
        if (!keys.Open(function.Level, function.Function.Name, ShownKey(http.Request)))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            var data = new LocalBindingContext(http.Request.RouteValues.ToDictionary(StringComparer.OrdinalIgnoreCase));
            var request = new InvocationRequest(function.Function, null, data) { Http = http, Answer = result => WriteAsync(result, http) };
            await runner.RunAsync(request, http.RequestAborted);
        }
        catch (Exception) when (!http.Response.HasStarted)
        {
            // Logged by the runner. The caller learns no more than that it failed.
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    // As ASP.NET Core integration does it: a result of another type leaves the answer empty (HttpFunction refuses to declare one).
    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult outcome => outcome.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };
}

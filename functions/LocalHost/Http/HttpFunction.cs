using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>A function with an HTTP trigger.</summary>
/// <param name="Function">The function.</param>
/// <param name="Route">Its path, prefix included.</param>
/// <param name="Methods">Its methods; null is any.</param>
/// <param name="Level">The key it asks for.</param>
internal sealed record HttpFunction(FunctionDescriptor Function, RoutePattern Route, IReadOnlyList<string>? Methods,
    AuthorizationLevel Level)
{
    /// <summary>The path of a trigger: prefix, then route or function name; null after a fault.</summary>
    public static RoutePattern? ParseRoute(ParameterInfo trigger, string function, string prefix, StartFaults faults)
    {
        var declared = trigger.GetCustomAttribute<HttpTriggerAttribute>()!.Route;
        var route = string.IsNullOrEmpty(declared) ? function : declared.Trim('/');
        try
        {
            return RoutePatternFactory.Parse(prefix.Length == 0 ? route : $"{prefix}/{route}");
        }
        catch (RoutePatternException wrong)
        {
            faults.Add($"Function '{function}' has the route '{declared}', which is no template: {wrong.Message}");
            return null;
        }
    }

    /// <summary>The declaration; null after a fault.</summary>
    public static HttpFunction? Read(FunctionDescriptor function, RoutePattern? route, bool isWebApplication, StartFaults faults)
    {
        var attribute = function.TriggerAttribute<HttpTriggerAttribute>();
        if (attribute.IsLevelStated && attribute.AuthLevel == AuthorizationLevel.User)
            faults.Add($"Function '{function.Name}' asks for AuthorizationLevel.User, which this host cannot check; use Function.");
        if (!isWebApplication)
            faults.Add($"Function '{function.Name}' has an HTTP trigger, which this host serves with ASP.NET Core integration alone; "
                + "call builder.ConfigureFunctionsWebApplication().");
        if (!IsAnswer(function.ResultType))
            faults.Add($"Function '{function.Name}' returns {function.ResultType.Name}, which ASP.NET Core integration does not write: the "
                + "answer would be empty; return IActionResult, IResult or HttpResponseData, or nothing.");
        if (route is null) return null;
        var methods = attribute.Methods is { Length: > 0 } stated ? stated.Select(method => method.ToUpperInvariant()).ToList() : null;
        return new HttpFunction(function, route, methods, attribute.IsLevelStated ? attribute.AuthLevel : AuthorizationLevel.Function);
    }

    // An object may be one of them.
    private static bool IsAnswer(Type type) =>
        type == typeof(void) || type == typeof(object) || typeof(IActionResult).IsAssignableFrom(type)
        || typeof(IResult).IsAssignableFrom(type) || typeof(HttpResponseData).IsAssignableFrom(type);
}

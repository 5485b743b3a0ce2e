using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Invocation;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Loggers of an invocation.</summary>
public static class FunctionContextLoggerExtensions
{
    /// <summary>A logger of this category.</summary>
    public static ILogger GetLogger(this FunctionContext context, string categoryName) =>
        context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);

    /// <summary>A logger named after the type.</summary>
    public static ILogger<T> GetLogger<T>(this FunctionContext context) => context.InstanceServices.GetRequiredService<ILogger<T>>();
}

/// <summary>An invocation's result.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>The result; before the function ran its value is null. Middleware may replace the value.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) => LocalInvocationResult.Of(context);

    /// <summary>The result as a type; a value of another type is an InvalidOperationException.</summary>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context) => LocalInvocationResult.Of(context).As<T>();
}

/// <summary>The result of an invocation.</summary>
public abstract class InvocationResult<T>
{
    /// <summary>What the function returned; null for none.</summary>
    public abstract T? Value { get; set; }
}

/// <summary>The result of an invocation, of any type.</summary>
public abstract class InvocationResult : InvocationResult<object>;

/// <summary>The HTTP request of an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The ASP.NET Core context; null when the trigger is not HTTP.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(LocalFunctionContext.HttpContextKey, out var value) ? (HttpContext)value : null;
}

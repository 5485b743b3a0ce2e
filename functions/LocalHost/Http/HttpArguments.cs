using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Invocation;

namespace Pipeline.LocalHost.Http;

/// <summary>Where the parameters of an HTTP function get their values.</summary>
internal static class HttpArguments
{
    /// <summary>The request in one of its forms; null for another type.</summary>
    public static ArgumentSource? Request(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(HttpRequest)) return context => new(context.GetHttpContext()!.Request);
        if (parameter.ParameterType == typeof(HttpContext)) return context => new(context.GetHttpContext());
        if (parameter.ParameterType == typeof(HttpRequestData))
            return context => new(LocalHttpRequestData.Of(context.GetHttpContext()!, context));
        return null;
    }

    /// <summary>The value of the route parameter of the same name; null for a type it cannot be.</summary>
    public static ArgumentSource? RouteValue(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type != typeof(string) && type != typeof(Guid) && type != typeof(DateTimeOffset) && type != typeof(DateOnly)
            && (!typeof(IConvertible).IsAssignableFrom(type) || type.IsEnum)) return null;
        return context =>
        {
            var text = context.GetHttpContext()!.Request.RouteValues.TryGetValue(parameter.Name!, out var value)
                ? Convert.ToString(value, CultureInfo.InvariantCulture)
                : null;
            return new(text is null ? Missing(parameter) : Parse(text, type, parameter));
        };
    }

    /// <summary>The body, read as MVC reads it: JSON for objects.</summary>
    public static ArgumentSource Body(ParameterInfo parameter) => async context =>
    {
        var http = context.GetHttpContext()!;
        var metadata = http.RequestServices.GetRequiredService<IModelMetadataProvider>().GetMetadataForType(parameter.ParameterType);
        var info = new BindingInfo { BinderType = metadata.BinderType, BindingSource = BindingSource.Body };
        var binder = http.RequestServices.GetRequiredService<IModelBinderFactory>()
            .CreateBinder(new ModelBinderFactoryContext { Metadata = metadata, BindingInfo = info });
        var binding = new DefaultModelBindingContext
        {
            ModelMetadata = metadata, ModelName = "", BindingSource = BindingSource.Body, ModelState = new ModelStateDictionary(),
            ActionContext = new ActionContext { HttpContext = http },
        };
        await binder.BindModelAsync(binding);
        if (binding.Result.IsModelSet || binding.ModelState.IsValid) return binding.Result.Model;
        var errors = binding.ModelState.Values.SelectMany(state => state.Errors).Select(e => e.Exception?.Message ?? e.ErrorMessage);
        throw new FunctionInputConverterException(
            $"The request's body is not a {parameter.ParameterType.Name}: {string.Join(" ", errors)}");
    };

    private static object? Missing(ParameterInfo parameter) => parameter.HasDefaultValue
        ? parameter.DefaultValue
        : parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            ? throw new FunctionInputConverterException($"The route gives no value for parameter '{parameter.Name}'.")
            : null;

    private static object Parse(string text, Type type, ParameterInfo parameter)
    {
        try
        {
            if (type == typeof(Guid)) return Guid.Parse(text);
            if (type == typeof(DateTimeOffset)) return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
            if (type == typeof(DateOnly)) return DateOnly.Parse(text, CultureInfo.InvariantCulture);
            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or InvalidCastException)
        {
            throw new FunctionInputConverterException($"The route's value for parameter '{parameter.Name}' is not a {type.Name}.", wrong);
        }
    }
}

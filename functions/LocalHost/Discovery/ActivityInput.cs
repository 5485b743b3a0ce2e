using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost.Discovery;

/// <summary>An activity's input: text in its history, read inside the invocation so that a wrong one fails the activity.</summary>
internal static class ActivityInput
{
    /// <summary>The input as the parameter's type; the default of a value type where there is none.</summary>
    public static ArgumentSource Source(ParameterInfo parameter, string function)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext)) return context => new(context);
        var none = type.IsValueType ? Activator.CreateInstance(type) : null;
        return context => new(Read(context, (string?)context.Trigger, type, function) ?? none);
    }

    private static object? Read(FunctionContext context, string? text, Type type, string function)
    {
        try
        {
            return context.InstanceServices.GetRequiredService<DataConverter>().Deserialize(text, type);
        }
        catch (Exception wrong)
        {
            throw new InvalidOperationException(
                $"The input of activity '{function}' is not a {type.FullName}: {wrong.Message} "
                + "Give the activity what its parameter declares, as a concrete type that JSON can hold.", wrong);
        }
    }
}

using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Pipeline.LocalHost.Discovery;

/// <summary>Decides, once, where each parameter of a function gets its value.</summary>
internal sealed class ArgumentSources(MethodInfo method, string function, ParameterInfo trigger, RoutePattern? route, StartFaults faults)
{
    private static readonly MethodInfo Input = typeof(TaskOrchestrationContext).GetMethod(nameof(TaskOrchestrationContext.GetInput))!;
    private bool hasInput;

    /// <summary>One source per parameter, in order; an unknown parameter is a fault.</summary>
    public IReadOnlyList<ArgumentSource> Read() => [.. method.GetParameters().Select(Source)];

    private ArgumentSource Source(ParameterInfo parameter)
    {
        if (parameter.IsOut || parameter.ParameterType.IsByRef) return Unknown(parameter);
        if (parameter.Position == trigger.Position) return TriggerSource(parameter);
        if (parameter.ParameterType == typeof(FunctionContext)) return context => new(context);
        if (parameter.ParameterType == typeof(CancellationToken)) return context => new(context.CancellationToken);
        if (parameter.IsDefined(typeof(DurableClientAttribute)))
            return parameter.ParameterType == typeof(DurableTaskClient)
                ? context => new(context.InstanceServices.GetRequiredService<DurableTaskClient>())
                : Unknown(parameter);
        if (trigger.IsDefined(typeof(HttpTriggerAttribute))) return HttpSource(parameter);
        return trigger.IsDefined(typeof(OrchestrationTriggerAttribute)) && !hasInput ? InputSource(parameter) : Unknown(parameter);
    }

    private ArgumentSource TriggerSource(ParameterInfo parameter)
    {
        if (trigger.IsDefined(typeof(HttpTriggerAttribute))) return HttpArguments.Request(parameter) ?? Unknown(parameter);
        if (trigger.IsDefined(typeof(OrchestrationTriggerAttribute)) && parameter.ParameterType != typeof(TaskOrchestrationContext))
            return Unknown(parameter);
        if (trigger.IsDefined(typeof(ActivityTriggerAttribute))) return ActivityInput.Source(parameter, function);
        return context => new(context.Trigger);
    }

    private ArgumentSource HttpSource(ParameterInfo parameter)
    {
        if (parameter.IsDefined(typeof(FromBodyAttribute))) return HttpArguments.Body(parameter);
        if (HttpArguments.Request(parameter) is { } request) return request;
        return route?.GetParameter(parameter.Name!) is not null && HttpArguments.RouteValue(parameter) is { } value
            ? value
            : Unknown(parameter);
    }

    // The first other parameter of an orchestrator is its input.
    private ArgumentSource InputSource(ParameterInfo parameter)
    {
        hasInput = true;
        var read = Input.MakeGenericMethod(parameter.ParameterType);
        return context => new(read.Invoke(context.Trigger, BindingFlags.DoNotWrapExceptions, null, null, null));
    }

    private ArgumentSource Unknown(ParameterInfo parameter)
    {
        faults.Add($"Function '{function}' has the parameter '{parameter.Name}' ({parameter.ParameterType.Name}), "
            + "which nothing here gives a value; remove it, or take the service in the constructor.");
        return _ => throw new InvalidOperationException($"Parameter '{parameter.Name}' of function '{function}' has no source.");
    }
}

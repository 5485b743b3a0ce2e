using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Invocation;

namespace Pipeline.LocalHost.Discovery;

/// <summary>Gives one parameter its value.</summary>
internal delegate ValueTask<object?> ArgumentSource(LocalFunctionContext context);

/// <summary>A function as its method declares it, ready to be called.</summary>
internal sealed class FunctionDescriptor(
    string name, MethodInfo method, ParameterInfo trigger, IReadOnlyList<ArgumentSource> arguments, RetryPlan? retry)
{
    private readonly Lazy<ObjectFactory> factory = new(() => ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes));
    private readonly Func<object?, object?[], Task<object?>> call = MethodCall.Create(method);

    public string Name { get; } = name;

    public MethodInfo Method { get; } = method;

    /// <summary>The parameter with the trigger.</summary>
    public ParameterInfo Trigger { get; } = trigger;

    /// <summary>Null without a retry attribute.</summary>
    public RetryPlan? Retry { get; } = retry;

    public Type ResultType { get; } = MethodCall.ResultType(method);

    public FunctionDefinition Definition { get; } = new LocalFunctionDefinition(name, method, trigger);

    /// <summary>Gives the parameters their values and calls the method on an instance made for this call.</summary>
    public async Task<object?> CallAsync(LocalFunctionContext context)
    {
        var values = new object?[arguments.Count];
        for (var index = 0; index < values.Length; index++) values[index] = await arguments[index](context);
        var instance = Method.IsStatic ? null : factory.Value(context.InstanceServices, null);
        return await call(instance, values);
    }

    /// <summary>The trigger's attribute.</summary>
    public T TriggerAttribute<T>() where T : TriggerBindingAttribute => Trigger.GetCustomAttribute<T>()!;
}

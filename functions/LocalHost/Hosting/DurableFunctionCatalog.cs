using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Invocation;

namespace Pipeline.LocalHost.Hosting;

/// <summary>The app's orchestrators and activities, bound for the durable engine.</summary>
internal sealed class DurableFunctionCatalog(
    FunctionCatalog catalog, FunctionRunner runner, IServiceScopeFactory scopes, DataConverter converter) : IDurableFunctions
{
    public IReadOnlyCollection<string> Orchestrators { get; } = [.. catalog.Orchestrators.Keys];

    public IReadOnlyCollection<string> Activities { get; } = [.. catalog.Activities.Keys];

    public Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(TaskName name) =>
        catalog.Orchestrators.TryGetValue(name.Name, out var function) ? context => RunAsync(function, context) : null;

    public Func<DurableActivityCall, CancellationToken, Task<object?>>? FindActivity(TaskName name)
    {
        if (!catalog.Activities.TryGetValue(name.Name, out var function)) return null;
        return (call, stopping) =>
        {
            var input = Input(function, call.SerializedInput);
            var request = new InvocationRequest(function, input, Data(call.InstanceId)) { IsFailureExpected = true };
            return runner.RunAsync(request, stopping);
        };
    }

    private static LocalBindingContext Data(string instanceId) =>
        new(new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = instanceId });

    private object? Input(FunctionDescriptor function, string? text)
    {
        var type = function.Trigger.ParameterType;
        var input = converter.Deserialize(text, type);
        return input is null && type.IsValueType ? Activator.CreateInstance(type) : input;
    }

    // No middleware, no time limit, no log line and no token: the engine calls this once per turn that replays, and drops turns it is done
    // with.
    private async Task<object?> RunAsync(FunctionDescriptor function, TaskOrchestrationContext orchestration)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new LocalFunctionContext(
            function.Definition, scope.ServiceProvider, orchestration, Data(orchestration.InstanceId), null, CancellationToken.None);
        context.Features.Set(function);
        return await function.CallAsync(context);
    }
}

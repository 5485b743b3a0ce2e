using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Invocation;

namespace Pipeline.LocalHost.Hosting;

/// <summary>The app's orchestrators and activities, bound for the durable engine.</summary>
internal sealed class DurableFunctionCatalog(
    FunctionCatalog catalog, FunctionRunner runner, MiddlewareChain middlewares, IServiceScopeFactory scopes) : IDurableFunctions
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
            var request = new InvocationRequest(function, call.SerializedInput, Data(call.InstanceId)) { IsFailureExpected = true };
            return runner.RunAsync(request, stopping);
        };
    }

    private static LocalBindingContext Data(string instanceId) =>
        new(new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = instanceId });

    public bool HasMiddleware => !middlewares.IsEmpty;

    public async Task RunTurnAsync(TaskName name, string instanceId, Action<Func<TaskOrchestrationContext, Task<object?>>?> turn)
    {
        if (!catalog.Orchestrators.TryGetValue(name.Name, out var function))
        {
            turn(null);
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var context = NewContext(function, scope.ServiceProvider, instanceId);
        var chain = middlewares.Around(_ =>
        {
            turn(orchestration => CallAsync(function, context, orchestration));
            return Task.CompletedTask;
        });
        await chain(context);
    }

    // No time limit, no log line and no token: the engine calls this once per turn that replays, and drops turns it is done with.
    private async Task<object?> RunAsync(FunctionDescriptor function, TaskOrchestrationContext orchestration)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await CallAsync(function, NewContext(function, scope.ServiceProvider, orchestration.InstanceId), orchestration);
    }

    private static Task<object?> CallAsync(
        FunctionDescriptor function, LocalFunctionContext context, TaskOrchestrationContext orchestration)
    {
        context.Trigger = orchestration;
        return function.CallAsync(context);
    }

    private static LocalFunctionContext NewContext(FunctionDescriptor function, IServiceProvider services, string instanceId)
    {
        var context = new LocalFunctionContext(function.Definition, services, null, Data(instanceId), null, CancellationToken.None);
        context.Features.Set(function);
        return context;
    }
}

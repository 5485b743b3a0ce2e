using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Pipeline.LocalHost.Durable;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>Orchestrators and activities written as lambdas in a test.</summary>
internal sealed class LambdaFunctions : IDurableFunctions
{
    private readonly ConcurrentDictionary<string, Func<TaskOrchestrationContext, Task<object?>>> orchestrators =
        new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<DurableActivityCall, CancellationToken, Task<object?>>> activities =
        new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> Orchestrators => [.. orchestrators.Keys];

    public IReadOnlyCollection<string> Activities => [.. activities.Keys];

    public Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(TaskName name) => orchestrators.GetValueOrDefault(name.Name);

    public Func<DurableActivityCall, CancellationToken, Task<object?>>? FindActivity(TaskName name) =>
        activities.GetValueOrDefault(name.Name);

    public LambdaFunctions Orchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> code)
    {
        orchestrators[name] = async context => await code(context);
        return this;
    }

    public LambdaFunctions Orchestrator(string name, Func<TaskOrchestrationContext, Task> code)
    {
        orchestrators[name] = async context =>
        {
            await code(context);
            return null;
        };
        return this;
    }

    public LambdaFunctions Activity<TInput, TOutput>(string name, Func<TInput?, TOutput> code) =>
        ActivityAsync<TInput, TOutput>(name, (input, _, _) => Task.FromResult(code(input)));

    public LambdaFunctions ActivityAsync<TInput, TOutput>(
        string name, Func<TInput?, DurableActivityCall, CancellationToken, Task<TOutput>> code)
    {
        activities[name] = async (call, cancellation) =>
            await code(JsonDataConverter.Default.Deserialize<TInput>(call.SerializedInput), call, cancellation);
        return this;
    }
}

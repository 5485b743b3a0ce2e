using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Kafka;

namespace Pipeline.LocalHost.Http;

/// <summary>Runs that a person asks for; they go on after the answer and are waited for when the host stops.</summary>
internal sealed class ManualRuns(FunctionCatalog catalog, FunctionRunner runner, IServiceProvider services, TimeProvider time)
    : IHostedService
{
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];

    /// <summary>Starts a function of any trigger but HTTP; an orchestrator as a new instance.</summary>
    /// <param name="function">The function.</param>
    /// <param name="input">Text or JSON: a Kafka message's value, an activity's or orchestrator's input; timers take none.</param>
    /// <param name="stopping">The request's; the run does not end with it.</param>
    public async Task StartAsync(FunctionDescriptor function, string? input, CancellationToken stopping)
    {
        var orchestrator = catalog.Orchestrators.FirstOrDefault(known => known.Value == function).Key;
        if (orchestrator is not null)
        {
            var json = input is null ? null : AsJson(input);
            await services.GetRequiredService<DurableTaskClient>().ScheduleNewOrchestrationInstanceAsync(orchestrator, json, stopping);
            return;
        }

        Keep(Task.Run(() => runner.RunAsync(Request(function, input), CancellationToken.None), CancellationToken.None));
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        Task all;
        lock (gate) all = Task.WhenAll(running);
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Keep(Task run)
    {
        lock (gate) running.Add(run);
        run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Forget(Task run)
    {
        lock (gate) running.Remove(run);
    }

    private InvocationRequest Request(FunctionDescriptor function, string? input)
    {
        if (catalog.Kafka.FirstOrDefault(known => known.Function == function) is { } kafka)
        {
            var record = new KafkaRecord
            {
                Topic = kafka.Topic, Value = input is null ? null! : Encoding.UTF8.GetBytes(input), Headers = [],
                Timestamp = new() { UnixTimestampMs = time.GetUtcNow().ToUnixTimeMilliseconds(), Type = KafkaTimestampType.CreateTime },
            };
            return kafka.Shape.Request(function, [record]);
        }

        object? trigger = catalog.Activities.Values.Contains(function)
            ? input is null ? null : AsJson(input)?.ToJsonString()
            : new TimerInfo();
        return new InvocationRequest(function, trigger, LocalBindingContext.Empty);
    }

    private static JsonNode? AsJson(string input)
    {
        try
        {
            return JsonNode.Parse(input);
        }
        catch (JsonException)
        {
            return JsonValue.Create(input);
        }
    }
}

using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Kafka;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Discovery;

/// <summary>The app's functions, by trigger.</summary>
internal sealed record FunctionCatalog
{
    public IReadOnlyList<FunctionDescriptor> All { get; init; } = [];

    public IReadOnlyList<TimerFunction> Timers { get; init; } = [];

    public IReadOnlyList<KafkaFunction> Kafka { get; init; } = [];

    public IReadOnlyList<HttpFunction> Http { get; init; } = [];

    /// <summary>By the orchestrator's name, ignoring case.</summary>
    public IReadOnlyDictionary<string, FunctionDescriptor> Orchestrators { get; init; } = new Dictionary<string, FunctionDescriptor>();

    /// <summary>By the activity's name, ignoring case.</summary>
    public IReadOnlyDictionary<string, FunctionDescriptor> Activities { get; init; } = new Dictionary<string, FunctionDescriptor>();

    public bool HasDurable => Orchestrators.Count + Activities.Count > 0 || UsesDurableClient;

    /// <summary>Whether a function has a DurableClient parameter.</summary>
    public bool UsesDurableClient => All.Any(function => function.Method.GetParameters()
        .Any(parameter => parameter.IsDefined(typeof(Microsoft.Azure.Functions.Worker.DurableClientAttribute), false)));
}

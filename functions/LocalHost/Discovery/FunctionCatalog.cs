using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Kafka;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Discovery;

/// <summary>The app's functions, by trigger.</summary>
internal sealed record FunctionCatalog
{
    public IReadOnlyList<FunctionDescriptor> All { get; init; } = [];

    /// <summary>Those of <see cref="All"/> whose triggers are ignored, because the setting <c>AzureWebJobs_NAME_Disabled</c> says so.</summary>
    public IReadOnlyList<FunctionDescriptor> Disabled { get; init; } = [];

    public IReadOnlyList<TimerFunction> Timers { get; init; } = [];

    public IReadOnlyList<KafkaFunction> Kafka { get; init; } = [];

    public IReadOnlyList<HttpFunction> Http { get; init; } = [];

    /// <summary>By the orchestrator's name, ignoring case.</summary>
    public IReadOnlyDictionary<string, FunctionDescriptor> Orchestrators { get; init; } = new Dictionary<string, FunctionDescriptor>();

    /// <summary>By the activity's name, ignoring case.</summary>
    public IReadOnlyDictionary<string, FunctionDescriptor> Activities { get; init; } = new Dictionary<string, FunctionDescriptor>();

    /// <summary>Whether the host takes turns of orchestrations: not where all orchestrators are disabled.</summary>
    public bool TakesTurns => Orchestrators.Count > 0 || !Disabled.Any(function => function.Trigger.IsDefined(typeof(OrchestrationTriggerAttribute), false));

    /// <summary>Whether the host takes activities: not where all of them are disabled.</summary>
    public bool TakesActivities => Activities.Count > 0 || !Disabled.Any(function => function.Trigger.IsDefined(typeof(ActivityTriggerAttribute), false));

    public bool HasDurable => Orchestrators.Count + Activities.Count > 0 || UsesDurableClient;

    /// <summary>Whether a function has a DurableClient parameter.</summary>
    public bool UsesDurableClient => All.Any(function => function.Method.GetParameters()
        .Any(parameter => parameter.IsDefined(typeof(DurableClientAttribute), false)));
}

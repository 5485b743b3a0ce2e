using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The parameter that makes a function an orchestrator; its type is TaskOrchestrationContext.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-types-features-overview</remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestrator's name; the function's when null.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>The parameter that makes a function an activity and receives its input.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name; the function's when null.</summary>
    public string? Activity { get; set; }
}

/// <summary>A DurableTaskClient parameter, of the host's own task hub.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute;

namespace DurableTask.Core.Exceptions;

/// <summary>A failure the orchestration engine raises.</summary>
public class OrchestrationException : Exception
{
    internal OrchestrationException(int eventId, string message, Exception? inner = null) : base(message, inner) => EventId = eventId;

    /// <summary>The number of the task the failure belongs to.</summary>
    public int EventId { get; set; }
}

/// <summary>The inner exception of <see cref="Microsoft.DurableTask.TaskFailedException"/>.</summary>
public class TaskFailedException : OrchestrationException
{
    internal TaskFailedException(int eventId, string name, string message) : base(eventId, message) => Name = name;

    /// <summary>The activity's name.</summary>
    public string Name { get; set; }
}

/// <summary>The inner exception of <see cref="Microsoft.DurableTask.TaskFailedException"/> when a sub-orchestration failed.</summary>
public class SubOrchestrationFailedException : OrchestrationException
{
    internal SubOrchestrationFailedException(int eventId, string name, string message) : base(eventId, message) => Name = name;

    /// <summary>The orchestrator's name.</summary>
    public string Name { get; set; }
}

/// <summary>The orchestrator's code does something else than its recorded history; the instance fails.</summary>
public class NonDeterministicOrchestrationException : OrchestrationException
{
    internal NonDeterministicOrchestrationException(int eventId, string message)
        : base(eventId, "Non-Deterministic workflow detected: " + message) { }
}

/// <summary>An instance of this id exists in a status that refuses the start.</summary>
public class OrchestrationAlreadyExistsException : Exception
{
    /// <summary>With a message.</summary>
    public OrchestrationAlreadyExistsException(string message) : base(message) { }
}

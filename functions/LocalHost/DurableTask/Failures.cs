namespace Microsoft.DurableTask;

/// <summary>A failure as it is stored: type name, message, stack trace and inner failure of an exception.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.taskfailuredetails</remarks>
public record TaskFailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure, IDictionary<string, object?>? Properties)
{
    /// <summary>True when the failure's exception type is <typeparamref name="T"/> or derives from it.</summary>
    public bool IsCausedBy<T>() where T : Exception => IsCausedBy(typeof(T));

    /// <summary>True when the failure's exception type is known here and is or derives from the given one.</summary>
    /// <exception cref="ArgumentException">The type is not an exception type.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
            throw new ArgumentException($"The type {targetBaseExceptionType} is not an exception.", nameof(targetBaseExceptionType));
        if (string.IsNullOrEmpty(ErrorType)) return false;
        return targetBaseExceptionType.FullName == ErrorType || FindType() is { } type && targetBaseExceptionType.IsAssignableFrom(type);
    }

    /// <summary>The failure that describes an exception and its inner exceptions.</summary>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            { InnerException: { } cause } => FromException(cause),
            _ => null,
        };
        return new(exception.GetType().FullName ?? exception.GetType().Name, exception.Message, exception.StackTrace, inner, null);
    }

    /// <summary>"type: message".</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private Type? FindType() => Type.GetType(ErrorType, throwOnError: false)
        ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly =>
            assembly.GetType(ErrorType, throwOnError: false)).FirstOrDefault(t => t is not null);
}

/// <summary>An activity or sub-orchestration the orchestrator awaited has failed.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.taskfailedexception</remarks>
public sealed class TaskFailedException : Exception
{
    /// <summary>The failure of a task by an exception.</summary>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(Text(taskName, taskId, innerException.Message), innerException)
        => (TaskName, TaskId, FailureDetails) = (taskName, taskId, TaskFailureDetails.FromException(innerException));

    /// <summary>The failure of a task by its description.</summary>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(Text(taskName, taskId, failureDetails.ErrorMessage))
        => (TaskName, TaskId, FailureDetails) = (taskName, taskId, failureDetails);

    internal TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails, Exception innerException)
        : base(Text(taskName, taskId, failureDetails.ErrorMessage), innerException)
        => (TaskName, TaskId, FailureDetails) = (taskName, taskId, failureDetails);

    /// <summary>The name of the activity or orchestrator that failed.</summary>
    public string TaskName { get; }

    /// <summary>The task's number in its orchestration, from 0.</summary>
    public int TaskId { get; }

    /// <summary>What went wrong.</summary>
    public TaskFailureDetails FailureDetails { get; }

    private static string Text(string name, int id, string message) =>
        $"Task '{name}' (#{id}) failed with an unhandled exception: {message}";
}

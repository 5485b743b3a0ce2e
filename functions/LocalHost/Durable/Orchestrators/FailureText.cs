using System.Text.Json;
using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>Failures as the JSON text they are stored in, and the failures the engine itself raises.</summary>
internal static class FailureText
{
    /// <summary>The type of a failure by a name nobody registered: never retried.</summary>
    public const string ActivityNotFound = "ActivityTaskNotFound", OrchestratorNotFound = "OrchestratorTaskNotFound";

    public static string Write(TaskFailureDetails failure) => JsonSerializer.Serialize(failure);

    public static TaskFailureDetails Read(string? text) => text is null
        ? Of("", "The failure was not recorded.")
        : JsonSerializer.Deserialize<TaskFailureDetails>(text)!;

    public static TaskFailureDetails Of(string type, string message) => new(type, message, null, null, null);

    public static bool Retriable(TaskFailureDetails failure) => failure.ErrorType is not (ActivityNotFound or OrchestratorNotFound);
}

using Microsoft.DurableTask;
using Core = DurableTask.Core.Exceptions;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>A task the orchestrator's code may await: an activity, a child, a timer.</summary>
internal abstract class OpenTask(HistoryKind kind, int taskId, string name)
{
    public HistoryKind Kind => kind;

    public int TaskId => taskId;

    public string Name => name;

    public abstract void Complete(string? payload);

    public abstract void Fail(TaskFailureDetails failure);

    /// <summary>The exception code sees; its inner exception is of the engine's own type, as in the real SDK.</summary>
    protected Exception Failed(TaskFailureDetails failure) => new TaskFailedException(
        name, taskId, failure, kind == HistoryKind.ChildCreated
        ? new Core.SubOrchestrationFailedException(taskId, name, failure.ErrorMessage)
        : new Core.TaskFailedException(taskId, name, failure.ErrorMessage));
}

/// <summary>An open task whose result is read as <typeparamref name="T"/>; text that does not fit fails the task.</summary>
internal sealed class OpenTask<T>(HistoryKind kind, int taskId, string name, DataConverter converter) : OpenTask(kind, taskId, name)
{
    private readonly TaskCompletionSource<T> source = new();

    public Task<T> Task => source.Task;

    public override void Complete(string? payload)
    {
        T? value;
        try
        {
            value = converter.Deserialize<T>(payload);
        }
        catch (Exception error)
        {
            source.TrySetException(error);
            return;
        }
        source.TrySetResult(value!);
    }

    public override void Fail(TaskFailureDetails failure) => source.TrySetException(Failed(failure));

    public bool Cancel(CancellationToken token) => source.TrySetCanceled(token);
}

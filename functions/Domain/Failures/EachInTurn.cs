using System.Runtime.ExceptionServices;

namespace Pipeline.Domain.Failures;

/// <summary>Runs steps that do not need each other, one after the other: one that fails does not keep the others from their turn.</summary>
public sealed class EachInTurn
{
    private ExceptionDispatchInfo? first;

    /// <summary>Runs a step; what it throws is kept for <see cref="ThrowFirst"/>, unless the run itself is called off.</summary>
    public Task RunAsync(Func<Task> step) => RunAsync(async () =>
    {
        await step();
        return true;
    });

    /// <summary>Runs a step that has a result.</summary>
    /// <returns>The default when it failed.</returns>
    public async Task<T?> RunAsync<T>(Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            first ??= ExceptionDispatchInfo.Capture(error);
            return default;
        }
    }

    /// <summary>Throws what the first step threw that failed.</summary>
    public void ThrowFirst() => first?.Throw();
}

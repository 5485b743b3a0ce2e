namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>Wakes one waiter; a call before the wait is not lost, several before one wait count once.</summary>
internal sealed class Signal(TimeProvider time)
{
    private readonly Lock gate = new();
    private TaskCompletionSource set = New();

    public void Set()
    {
        lock (gate) set.TrySetResult();
    }

    /// <summary>Waits until the signal or so long.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(set.Task, Task.Delay(atMost, time, timer.Token));
        await timer.CancelAsync();
        lock (gate)
            if (set.Task.IsCompleted) set = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

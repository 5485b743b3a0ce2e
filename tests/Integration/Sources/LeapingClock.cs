namespace Pipeline.Tests.Integration.Sources;

/// <summary>A clock that the sources and the Sandbox share: whoever waits is woken at once, and the time is what it would be.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    /// <summary>Leaps to an instant; never back.</summary>
    public void LeapTo(DateTimeOffset instant)
    {
        lock (gate) now = instant > now ? instant : now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return new Rung();
        LeapTo(GetUtcNow() + dueTime);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Rung();
    }

    private sealed class Rung : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

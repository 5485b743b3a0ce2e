using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.State;

namespace Pipeline.LocalHost.Timers;

/// <summary>Runs one timer, in one process at a time, one run at a time.</summary>
internal sealed partial class TimerListener(
    TimerFunction timer, RetryingRunner runner, Leases leases, TimerStatusStore? store, TimeProvider time, ILoggerFactory loggers)
        : ITriggerListener
{
    // Waits are cut so that a clock set anew is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(5);
    private readonly ILogger log = loggers.CreateLogger("Host.Triggers.Timer");
    private bool hasStarted;

    private string Name => timer.Function.Name;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var lost = await leases.AcquireAsync($"timer.{Name}", stopping);
                using var leading = CancellationTokenSource.CreateLinkedTokenSource(stopping, lost);
                await FollowAsync(leading.Token, lost);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                LogLeaseLost(Name);
            }
            catch (Exception failure)
            {
                // The function's own failures do not come here: this is the status or the lease that could not be kept.
                LogBroken(Name, RestartDelay, failure.Message);
                await Task.Delay(RestartDelay, time, CancellationToken.None).WaitAsync(stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken leading, CancellationToken lost)
    {
        var recorded = timer.IsMonitored ? await store!.ReadAsync(Name, leading) : null;
        var status = TimerClock.Resume(timer.Schedule, recorded, time.GetUtcNow());
        if (status is not null && status != recorded) await RecordAsync(status, leading);
        LogSchedule(Name, status?.Next);

        var isPastDue = status is not null && timer.IsMonitored && time.GetUtcNow() > status.Next;
        var isFirst = !hasStarted;
        hasStarted = true;
        if (isPastDue || (timer.RunOnStartup && isFirst))
        {
            var now = time.GetUtcNow();
            status = await RunOnceAsync(status ?? new TimerStatus(null, now, now), isPastDue, false, leading, lost);
        }

        while (status is not null)
        {
            await WaitUntilAsync(status.Next, leading);
            status = await RunOnceAsync(status, false, true, leading, lost);
        }

        LogOver(Name);
    }

    private async Task<TimerStatus?> RunOnceAsync(
        TimerStatus status, bool isPastDue, bool isScheduled, CancellationToken leading, CancellationToken lost)
    {
        var invoked = time.GetUtcNow();
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = timer.IsMonitored ? Tell(status) : null };

        // A run goes on while the host drains; it is asked to stop when another process may start the same timer. Its failure is logged
        // where it happened and does not stop the schedule: the next occurrence comes at its time.
        var run = runner.RunAsync(new InvocationRequest(timer.Function, info, LocalBindingContext.Empty), leading, lost);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var after = TimerClock.After(timer.Schedule, status, invoked, isScheduled);
        if (after is not null) await RecordAsync(after, lost);
        return after;
    }

    private Task RecordAsync(TimerStatus status, CancellationToken stopping) =>
        timer.IsMonitored ? store!.WriteAsync(Name, status, stopping) : Task.CompletedTask;

    private async Task WaitUntilAsync(DateTimeOffset next, CancellationToken stopping)
    {
        for (var left = next - time.GetUtcNow(); left > TimeSpan.Zero; left = next - time.GetUtcNow())
            await Task.Delay(left < LongestWait ? left : LongestWait, time, stopping);
        stopping.ThrowIfCancellationRequested();
    }

    private ScheduleStatus Tell(TimerStatus status) => new()
    {
        Last = status.Last is { } last ? Local(last) : default, Next = Local(status.Next), LastUpdated = Local(status.LastUpdated),
    };

    private DateTime Local(DateTimeOffset instant)
    {
        var kind = timer.Zone.Equals(TimeZoneInfo.Local) ? DateTimeKind.Local : DateTimeKind.Unspecified;
        return DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(instant, timer.Zone).DateTime, kind);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Timer {Timer}: next occurrence {Next:O}")]
    private partial void LogSchedule(string timer, DateTimeOffset? next);

    [LoggerMessage(Level = LogLevel.Information, Message = "Timer {Timer}: its schedule has no further occurrence")]
    private partial void LogOver(string timer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Timer {Timer}: the lease is lost and asked for again")]
    private partial void LogLeaseLost(string timer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Timer {Timer}: starts again in {Delay}: {Reason}")]
    private partial void LogBroken(string timer, TimeSpan delay, string reason);
}

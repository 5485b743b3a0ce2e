namespace Pipeline.LocalHost.Timers;

/// <summary>What a timer does next, from its schedule and the status on record; pure.</summary>
/// <remarks>As the Timer extension decides it: https://github.com/Azure/azure-webjobs-sdk-extensions, ScheduleMonitor.cs</remarks>
internal static class TimerClock
{
    // timestamptz keeps microseconds: a status read back may differ from the one computed by less.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    /// <summary>The status to go on with when the host starts; past due when its next occurrence is over.</summary>
    /// <returns>Null when the schedule has no further occurrence.</returns>
    public static TimerStatus? Resume(TimerSchedule schedule, TimerStatus? recorded, DateTimeOffset now)
    {
        if (recorded is null) return schedule.Next(now) is { } first ? new TimerStatus(null, first, now) : null;
        var basis = recorded.Last ?? recorded.LastUpdated;
        if (schedule.Next(basis) is not { } expected) return null;
        if ((recorded.Next - expected).Duration() < Tolerance) return recorded;

        // Another schedule than the one on record: what the old one missed is not made up for.
        if (now <= expected) return new TimerStatus(null, expected, basis);
        return schedule.Next(now) is { } next ? new TimerStatus(null, next, now) : null;
    }

    /// <summary>The status after a run.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="before">The status before the run.</param>
    /// <param name="invoked">When the run began.</param>
    /// <param name="isScheduled">Whether the run was the expected occurrence: one a little early still counts as that one.</param>
    /// <returns>Null when the schedule has no further occurrence.</returns>
    public static TimerStatus? After(TimerSchedule schedule, TimerStatus before, DateTimeOffset invoked, bool isScheduled)
    {
        var last = isScheduled && before.Next > invoked ? before.Next : invoked;
        return schedule.Next(last) is { } next ? new TimerStatus(last, next, last) : null;
    }
}

namespace Pipeline.LocalHost.Timers;

/// <summary>A CRON expression read on the clocks of a time zone, which skip an hour in spring and repeat one in autumn.</summary>
/// <remarks>
/// As the Timer extension has it: a time the clocks skip runs an hour later; of a repeated time a point ("at 01:30") runs once, the first
/// time, and an interval ("every 30 minutes") both times. https://github.com/Azure/azure-webjobs-sdk-extensions, CronSchedule.cs
/// </remarks>
internal sealed class CronSchedule(CronExpression cron, TimeZoneInfo zone) : TimerSchedule
{
    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var now = TimeZoneInfo.ConvertTime(after, zone);
        if (cron.Next(now.DateTime) is not { } clock) return null;

        // A clock time the zone skips has the offset of winter, so the same instant reads an hour later. So has an ambiguous one.
        var next = TimeZoneInfo.ConvertTime(new DateTimeOffset(clock, zone.GetUtcOffset(clock)), zone);
        if (!zone.IsAmbiguousTime(clock) && !zone.IsAmbiguousTime(now)) return next;
        if (next.Offset != now.Offset) return cron.IsInterval || zone.IsAmbiguousTime(clock) ? Earlier(next, now.Offset) : next;
        return cron.IsInterval ? next : AfterRepeatedHour(clock);
    }

    public override bool IsFasterThanAMinute(DateTimeOffset after) =>
        Next(after) is { } first && Next(first) is { } second && second <= after.AddMinutes(1);

    // The clocks have yet to be set back: the first of the two instants that read the same.
    private DateTimeOffset Earlier(DateTimeOffset next, TimeSpan offset) => TimeZoneInfo.ConvertTime(next + (next.Offset - offset), zone);

    // The clocks were set back already: a point ran the first time it read so.
    private DateTimeOffset? AfterRepeatedHour(DateTime clock)
    {
        while (zone.IsAmbiguousTime(clock))
        {
            if (cron.Next(clock) is not { } later) return null;
            clock = later;
        }

        return TimeZoneInfo.ConvertTime(new DateTimeOffset(clock, zone.GetUtcOffset(clock)), zone);
    }
}

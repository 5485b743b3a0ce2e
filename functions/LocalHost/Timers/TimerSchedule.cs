using System.Globalization;

namespace Pipeline.LocalHost.Timers;

/// <summary>When a timer fires.</summary>
internal abstract class TimerSchedule
{
    /// <summary>The first occurrence after an instant; null when none comes.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>Whether it may fire more than once in the minute after an instant: such a timer is not monitored.</summary>
    public abstract bool IsFasterThanAMinute(DateTimeOffset after);

    /// <summary>NCRONTAB in a time zone, or a TimeSpan; null when the text is neither.</summary>
    public static TimerSchedule? Parse(string text, TimeZoneInfo zone)
    {
        if (CronExpression.Parse(text) is { } cron) return new CronSchedule(cron, zone);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new IntervalSchedule(interval)
            : null;
    }

    private sealed class IntervalSchedule(TimeSpan interval) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => after + interval;

        public override bool IsFasterThanAMinute(DateTimeOffset after) => interval < TimeSpan.FromMinutes(1);
    }
}

using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Timers;

/// <summary>A function with a timer.</summary>
/// <param name="Function">The function.</param>
/// <param name="Schedule">When it runs.</param>
/// <param name="RunOnStartup">Whether it also runs at start.</param>
/// <param name="IsMonitored">Whether its status is kept in the database.</param>
/// <param name="Zone">The zone its status is told in.</param>
internal sealed record TimerFunction(FunctionDescriptor Function, TimerSchedule Schedule, bool RunOnStartup, bool IsMonitored,
    TimeZoneInfo Zone)
{
    /// <summary>The declaration; null after a fault.</summary>
    public static TimerFunction? Read(
        FunctionDescriptor function, AppSettings settings, TimeZoneInfo zone, DateTimeOffset now, bool hasDatabase, StartFaults faults)
    {
        var attribute = function.TriggerAttribute<TimerTriggerAttribute>();
        var text = settings.Resolve(attribute.Schedule, $"Function '{function.Name}' (schedule)") ?? "";
        if (text.Contains('%')) return null;
        if (TimerSchedule.Parse(text, zone) is not { } schedule)
        {
            faults.Add($"Function '{function.Name}' has the schedule '{text}', which is neither NCRONTAB nor a TimeSpan; "
                + "write for instance '0 */5 * * * *' or '00:05:00'.");
            return null;
        }

        if (function.Trigger.ParameterType != typeof(TimerInfo))
            faults.Add($"Function '{function.Name}' takes its timer as {function.Trigger.ParameterType.Name}; take a TimerInfo.");
        var monitored = attribute.UseMonitor && !schedule.IsFasterThanAMinute(now);
        if (monitored && !hasDatabase)
            faults.Add($"Function '{function.Name}' is a monitored timer and needs a database for its status: "
                + "set LocalHost:Postgres, or UseMonitor = false.");
        return new TimerFunction(function, schedule, attribute.RunOnStartup, monitored, zone);
    }
}

using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Timers;

/// <summary>The time zone schedules are read in: WEBSITE_TIME_ZONE, else the machine's (which TZ sets).</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-time-zones</remarks>
internal static class ScheduleZone
{
    /// <summary>The zone; an unknown name is a fault and gives UTC.</summary>
    public static TimeZoneInfo Read(IConfiguration configuration, StartFaults faults)
    {
        var name = configuration["WEBSITE_TIME_ZONE"];
        if (string.IsNullOrWhiteSpace(name)) name = configuration["TZ"];
        if (string.IsNullOrWhiteSpace(name)) return TimeZoneInfo.Local;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name.TrimStart(':'), out var zone)) return zone;
        faults.Add($"The time zone '{name}' (WEBSITE_TIME_ZONE or TZ) is not known here; write an IANA name such as Europe/Berlin.");
        return TimeZoneInfo.Utc;
    }
}

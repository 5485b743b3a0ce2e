using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on a schedule.</summary>
/// <param name="schedule">NCRONTAB of six fields (seconds first) or five, a TimeSpan, or <c>%Setting%</c> naming a setting that holds
/// one.</param>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer</remarks>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>As declared.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether the function also runs when the host starts.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Whether the schedule's status outlives the host, so that an occurrence missed while it was down is made up for.</summary>
    public bool UseMonitor { get; set; } = true;
}

/// <summary>Why and when a timer fired.</summary>
public class TimerInfo
{
    /// <summary>Null when the timer is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for an occurrence that was missed.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>A schedule's status, in the schedule's time zone.</summary>
public class ScheduleStatus
{
    /// <summary>The last occurrence; 0001-01-01 before the first.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next occurrence expected.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this status was written.</summary>
    public DateTime LastUpdated { get; set; }
}

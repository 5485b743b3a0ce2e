using System.Runtime.CompilerServices;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The schedule of every timer.</summary>
internal static class ScheduleChecks
{
    private const string Remedy = "Write six NCRONTAB fields, for example 0 */5 * * * * for every five minutes.";

    public static IEnumerable<Check> Of(Patient patient) =>
        from timer in TriggerList.Of<TimerTriggerAttribute>()
        let name = TriggerList.SettingOf(timer.Trigger.Schedule) ?? timer.Function
        group timer by name into timers
        select new Check($"schedule.{timers.Key}", Remedy, stopping => ExamineAsync(patient, timers.Key, [.. timers], stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, string name, IReadOnlyList<(string Function, TimerTriggerAttribute Trigger)> timers,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        var check = $"schedule.{name}";
        var functions = string.Join(", ", timers.Select(timer => timer.Function));
        var schedule = timers[0].Trigger.Schedule;
        var text = TriggerList.SettingOf(schedule) is { } setting ? patient.Configuration[setting] : schedule;
        if (timers.All(timer => patient.Configuration.IsOff(timer.Function)))
            yield return Finding.Skipped(check, $"{functions} is turned off here.");
        else if (string.IsNullOrWhiteSpace(text))
            yield return Finding.Fault(check, $"{name} is not set, and the timer {functions} needs it.", Remedy);
        else if (ScheduleText.FaultOf(text) is { } fault)
            yield return Finding.Fault(check, $"{name} is '{text}': it {fault}.", Remedy);
        else
            yield return Finding.Ok(check, $"{functions} at {text}.");
    }
}

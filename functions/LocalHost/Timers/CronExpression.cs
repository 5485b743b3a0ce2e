namespace Pipeline.LocalHost.Timers;

/// <summary>An NCRONTAB expression: <c>{second} {minute} {hour} {day} {month} {day of week}</c>, or five fields without seconds.</summary>
/// <remarks>Day and day of week must both match, unlike cron. https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression</remarks>
internal sealed class CronExpression
{
    // A date that never comes (30 February) ends the search; 29 February comes at most eight years later, over 2100.
    private const int YearsToSearch = 9;
    private readonly CronField[] fields;

    private CronExpression(CronField[] fields, bool isInterval) => (this.fields, IsInterval) = (fields, isInterval);

    /// <summary>Whether it means "every so often" rather than points of the day, which matters when clocks are set back.</summary>
    public bool IsInterval { get; }

    /// <summary>Null when the text is no such expression.</summary>
    public static CronExpression? Parse(string text)
    {
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6)) return null;
        string[] six = parts.Length == 6 ? parts : ["0", .. parts];
        var fields = new CronField[6];
        for (var kind = 0; kind < 6; kind++)
        {
            if (CronField.Parse(six[kind], kind) is not { } field) return null;
            fields[kind] = field;
        }

        return new CronExpression(fields, IsRepeating(fields, parts.Length == 6));
    }

    /// <summary>The first occurrence after a wall-clock time; null when none comes.</summary>
    public DateTime? Next(DateTime after)
    {
        var time = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, after.Second).AddSeconds(1);
        for (var day = time.Date; day.Year <= after.Year + YearsToSearch; day = NextDay(day))
        {
            if (!Matches(day)) continue;
            if (NextTime(day == time.Date ? time.TimeOfDay : TimeSpan.Zero) is { } found) return day + found;
        }

        return null;
    }

    private DateTime NextDay(DateTime day) =>
        fields[4].Allows(day.Month) ? day.AddDays(1) : new DateTime(day.Year, day.Month, 1).AddMonths(1);

    private bool Matches(DateTime day) =>
        fields[4].Allows(day.Month) && fields[3].Allows(day.Day) && fields[5].Allows((int)day.DayOfWeek);

    // The first time of day at or after one; null when the day has none left.
    private TimeSpan? NextTime(TimeSpan from)
    {
        for (var hour = fields[2].Next(from.Hours); hour >= 0; hour = fields[2].Next(hour + 1))
        {
            var sameHour = hour == from.Hours;
            for (var minute = fields[1].Next(sameHour ? from.Minutes : 0); minute >= 0; minute = fields[1].Next(minute + 1))
            {
                var second = fields[0].Next(sameHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0) return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }

    // As the Timer extension decides it: a "*", "-" or "/" where NCrontab would write the parsed fields of the time of day,
    // which is any two neighbouring values.
    private static bool IsRepeating(CronField[] fields, bool hasSeconds)
    {
        for (var kind = hasSeconds ? 0 : 1; kind < 3; kind++)
            if ((fields[kind].Bits & fields[kind].Bits >> 1) != 0) return true;
        return false;
    }
}

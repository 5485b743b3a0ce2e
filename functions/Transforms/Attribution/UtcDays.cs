namespace Pipeline.Transforms.Attribution;

/// <summary>UTC days of instants.</summary>
internal static class UtcDays
{
    private static readonly int UnixDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Days since the epoch of an instant.</summary>
    /// <param name="micros">Microseconds since the epoch, before it too.</param>
    public static int Of(long micros) =>
        (int)((micros < 0 ? micros - (TimeSpan.MicrosecondsPerDay - 1) : micros) / TimeSpan.MicrosecondsPerDay);

    /// <summary>Days since the epoch of a day.</summary>
    public static int Of(DateOnly day) => day.DayNumber - UnixDay;

    /// <summary>The day of a number of days since the epoch.</summary>
    public static DateOnly Day(int days) => DateOnly.FromDayNumber(days + UnixDay);

    /// <summary>The instant of microseconds since the epoch.</summary>
    public static DateTime Instant(long micros) => DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

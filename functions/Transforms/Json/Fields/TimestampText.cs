using System.Runtime.CompilerServices;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>
/// Reads the strict profile of RFC 3339 and ISO 8601 that sources use:
/// <c>YYYY-MM-DD(T|t| )HH:MM:SS[.f{1..9}](Z|z|±HH:MM|±HHMM|±HH)</c>; digits beyond microseconds are cut off.
/// </summary>
/// <remarks>
/// No leap second and no hour 24: neither has a place in a day of 86,400 seconds. Without a zone the time is the contract's zone's.
/// A local time that comes twice (clocks set back) is the earlier instant; one that never comes (clocks set forward) is read with the
/// offset in force before the gap, so it lands as much behind the gap as it claims, as java.time does.
/// </remarks>
internal static class TimestampText
{
    private const long MicrosPerSecond = 1_000_000;
    private const long MicrosPerDay = 86_400 * MicrosPerSecond;
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;

    private static readonly long Earliest = Days(1, 1, 1) * MicrosPerDay;
    private static readonly long Behind = Days(10_000, 1, 1) * MicrosPerDay;

    /// <summary>Reads a timestamp.</summary>
    /// <param name="zone">The contract's zone; null refuses a text without one.</param>
    /// <param name="micros">Microseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static RejectionCode? Parse(ReadOnlySpan<byte> text, TimeZoneInfo? zone, out long micros)
    {
        micros = 0;
        if (text.Length < 19 || !TryDate(text, out var days) || !IsSeparator(text[10]) || text[13] != (byte)':' || text[16] != (byte)':')
            return RejectionCode.BadTimestamp;
        int hour = Two(text, 11), minute = Two(text, 14), second = Two(text, 17);
        if ((uint)hour > 23 || (uint)minute > 59 || (uint)second > 59) return RejectionCode.BadTimestamp;
        var at = 19;
        if (!TryFraction(text, ref at, out var fraction)) return RejectionCode.BadTimestamp;
        micros = days * MicrosPerDay + (hour * 3600 + minute * 60 + second) * MicrosPerSecond + fraction;
        if (at == text.Length) return OfLocal(micros, zone, out micros);
        if (!TryOffset(text[at..], out var offsetMinutes)) return RejectionCode.BadTimestamp;
        micros -= offsetMinutes * 60 * MicrosPerSecond;
        return OfInstant(micros);
    }

    /// <summary>Judges an instant, microseconds since 1970-01-01T00:00:00Z.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static RejectionCode? OfInstant(long micros) => InRange(micros) ? null : RejectionCode.OutOfRange;

    /// <summary>The instant of a local time.</summary>
    /// <param name="zone">The contract's zone; null refuses the time.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static RejectionCode? OfLocal(long local, TimeZoneInfo? zone, out long micros)
    {
        micros = local;
        if (zone is null) return RejectionCode.TimestampWithoutZone;
        if (!InRange(local)) return RejectionCode.OutOfRange;
        micros -= OffsetMicros(local, zone);
        return OfInstant(micros);
    }

    /// <summary>Judges a day, days since 1970-01-01.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static RejectionCode? OfDay(long value, out int days)
    {
        days = (int)Math.Clamp(value, -10_000_000, 10_000_000);     // beyond the calendar on both sides
        return days * MicrosPerDay is var micros && InRange(micros) ? null : RejectionCode.OutOfRange;
    }

    /// <summary>Reads a day of the form <c>YYYY-MM-DD</c>.</summary>
    /// <param name="days">Days since 1970-01-01.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static RejectionCode? ParseDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != 10 || !TryDate(text, out var parsed)) return RejectionCode.BadTimestamp;
        days = (int)parsed;
        return InRange(parsed * MicrosPerDay) ? null : RejectionCode.OutOfRange;
    }

    /// <summary>Days since 1970-01-01 of a day that the calendar has.</summary>
    public static bool TryDays(int year, int month, int day, out long days)
    {
        days = 0;
        if (month is < 1 or > 12 || day < 1 || day > DaysInMonth(year, month)) return false;
        days = Days(year, month, day);
        return true;
    }

    private static bool InRange(long micros) => micros >= Earliest && micros < Behind;

    private static bool IsSeparator(byte value) => value is (byte)'T' or (byte)'t' or (byte)' ';

    private static bool TryDate(ReadOnlySpan<byte> text, out long days)
    {
        int century = Two(text, 0), rest = Two(text, 2), month = Two(text, 5), day = Two(text, 8);
        days = 0;
        return century >= 0 && rest >= 0 && text[4] == (byte)'-' && text[7] == (byte)'-'
            && TryDays(century * 100 + rest, month, day, out days);
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, ref int at, out int micros)
    {
        micros = 0;
        if (at == text.Length || text[at] != (byte)'.') return true;
        var digits = 0;
        for (at++; at < text.Length && (uint)(text[at] - '0') <= 9; at++)
            if (digits++ < 6) micros = micros * 10 + text[at] - '0';
        for (var i = digits; i < 6; i++) micros *= 10;
        return digits is >= 1 and <= 9;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1) return text[0] is (byte)'Z' or (byte)'z';
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length is not (3 or 5 or 6)) return false;
        if (text.Length == 6 && text[3] != (byte)':') return false;
        int hour = Two(text, 1), minute = text.Length == 3 ? 0 : Two(text, text.Length - 2);
        if ((uint)hour > 23 || (uint)minute > 59) return false;
        minutes = (hour * 60 + minute) * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    private static long OffsetMicros(long local, TimeZoneInfo zone)
    {
        var time = new DateTime(DateTime.UnixEpoch.Ticks + local * TicksPerMicro, DateTimeKind.Unspecified);
        if (zone.IsAmbiguousTime(time)) return zone.GetAmbiguousTimeOffsets(time).Max().Ticks / TicksPerMicro;
        while (zone.IsInvalidTime(time) && time.Ticks > TimeSpan.TicksPerHour) time = time.AddHours(-1);
        return zone.GetUtcOffset(time).Ticks / TicksPerMicro;
    }

    /// <summary>Two digits; negative when they are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Two(ReadOnlySpan<byte> text, int at)
    {
        uint tens = (uint)text[at] - '0', ones = (uint)text[at + 1] - '0';
        return tens <= 9 && ones <= 9 ? (int)(tens * 10 + ones) : -1;
    }

    private static int DaysInMonth(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Days since 1970-01-01 of a day of the proleptic Gregorian calendar, year 0 included.</summary>
    /// <remarks>https://howardhinnant.github.io/date_algorithms.html#days_from_civil</remarks>
    private static long Days(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146_097L + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }
}

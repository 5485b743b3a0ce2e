using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Reads timestamps of the form <c>YYYY-MM-DDTHH:MM:SS[.fff[fff]]Z</c>, which nearly all sources send, without a branch for each
/// character.</summary>
internal static class FixedTimestamp
{
    private const int WholeSecondsBytes = 20, MillisBytes = 24, MicrosBytes = 27;
    private const long MicrosPerSecond = 1_000_000;

    private static readonly Vector128<byte> Lowest = Vector128.Create("-00-00T00:00:00\0"u8);

    // The byte behind the seconds, Z or a point, is looked at with the fraction.
    private static readonly Vector128<byte> Widest = (Vector128.Create("-99-99T99:99:99\0"u8) - Lowest).WithElement(15, byte.MaxValue);

    // Month, day, hour, minute and second, each in the place of a 16-bit number.
    private static readonly Vector128<byte> Pairs = Vector128.Create((byte)1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 0, 0, 0, 0, 0, 0);

    /// <summary>By month, 16 more in a leap year: days of the year before it, and its last day.</summary>
    private static ReadOnlySpan<short> DaysBefore =>
    [
        0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 0, 0, 0,
        0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 0, 0, 0,
    ];

    private static ReadOnlySpan<byte> LastDay =>
    [
        0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0,
        0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0,
    ];

    /// <summary>Reads a timestamp.</summary>
    /// <param name="micros">Microseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>False for any other form and for what is no time of a day from 0001 on; <see cref="TimestampText"/> has the
    /// verdict.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < WholeSecondsBytes || !TryFraction(text, out var fraction)) return false;
        var digits = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), 4) - Lowest;
        var yearText = BinaryPrimitives.ReadUInt32LittleEndian(text) - 0x30303030;
        if (!Vector128.LessThanOrEqualAll(digits, Widest)) return false;
        if (((yearText | (yearText + 0x76767676)) & 0x80808080) != 0) return false;
        var pairs = Vector128.Shuffle(digits, Pairs).AsUInt16();
        var numbers = (pairs & Vector128.Create((ushort)0xFF)) * Vector128.Create((ushort)10) + (pairs >>> 8);
        uint month = numbers[0], day = numbers[1], hour = numbers[2], minute = numbers[3], second = numbers[4];
        var halves = (yearText & 0xFF00FF) * 10 + (yearText >> 8 & 0xFF00FF);
        var year = (halves & 0xFF) * 100 + (halves >> 16);
        if (year == 0 || month - 1 > 11 || hour > 23 || minute > 59 || second > 59) return false;
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        var ofYear = (int)month + (isLeap ? 16 : 0);
        if (day - 1 >= LastDay[ofYear]) return false;
        var before = year - 1;
        var days = (long)(before * 365 + before / 4 - before / 100 + before / 400) + DaysBefore[ofYear] + day - 719_163;
        micros = (days * 86_400 + hour * 3600 + minute * 60 + second) * MicrosPerSecond + fraction;
        return true;
    }

    /// <summary>Reads what follows the seconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryFraction(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length == WholeSecondsBytes) return text[^1] == (byte)'Z';
        if (text.Length is not (MillisBytes or MicrosBytes) || text[19] != (byte)'.' || text[^1] != (byte)'Z') return false;
        foreach (var character in text[20..^1])
        {
            var digit = (uint)character - '0';
            if (digit > 9) return false;
            micros = micros * 10 + digit;
        }
        if (text.Length == MillisBytes) micros *= 1000;
        return true;
    }
}

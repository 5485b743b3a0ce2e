using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Reads timestamps of the form <c>YYYY-MM-DDTHH:MM:SSZ</c>, which nearly all sources send, without a branch for each
/// character.</summary>
internal static class FixedTimestamp
{
    private const int FormBytes = 20;
    private const long MicrosPerSecond = 1_000_000;

    private static readonly Vector128<byte> Lowest = Vector128.Create("0000-00-00T00:00"u8);
    private static readonly Vector128<byte> Digits = Vector128.Create("9999-99-99T99:99"u8) - Lowest;

    /// <summary>Reads a timestamp.</summary>
    /// <param name="micros">Microseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>False for any other form and for what is no time of a day from 0001 on; <see cref="TimestampText"/> has the
    /// verdict.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length != FormBytes) return false;
        var digits = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text)) - Lowest;
        var rest = BinaryPrimitives.ReadUInt32LittleEndian(text[16..]) - 0x5A30303Au;      // ":00Z"
        if (!Vector128.LessThanOrEqualAll(digits, Digits)) return false;
        if ((rest & 0xFF0000FF) != 0 || (byte)(rest >> 8) > 9 || (byte)(rest >> 16) > 9) return false;
        var year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
        int month = digits[5] * 10 + digits[6], day = digits[8] * 10 + digits[9];
        int hour = digits[11] * 10 + digits[12], minute = digits[14] * 10 + digits[15];
        var second = (int)(rest >> 8 & 0xFF) * 10 + (int)(rest >> 16 & 0xFF);
        if (year == 0 || hour > 23 || minute > 59 || second > 59 || !TimestampText.TryDays(year, month, day, out var days)) return false;
        micros = (days * 86_400 + hour * 3600 + minute * 60 + second) * MicrosPerSecond;
        return true;
    }
}

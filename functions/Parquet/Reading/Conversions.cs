using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Reading;

/// <summary>Makes a column's value of a stored one.</summary>
internal interface IConversion<in TStored, out TValue>
{
    /// <exception cref="InvalidDataException">The column's type cannot hold it.</exception>
    TValue Of(TStored stored);
}

/// <summary>The value as it is.</summary>
internal readonly struct Same<T> : IConversion<T, T>
{
    public T Of(T stored) => stored;
}

internal readonly struct SignedToInt64 : IConversion<int, long>
{
    public long Of(int stored) => stored;
}

internal readonly struct UnsignedToInt64 : IConversion<int, long>
{
    public long Of(int stored) => (uint)stored;
}

internal readonly struct UnsignedToDecimal : IConversion<long, Int128>
{
    public Int128 Of(long stored) => (ulong)stored;
}

internal readonly struct FloatToDouble : IConversion<float, double>
{
    public double Of(float stored) => stored;
}

internal readonly struct HalfToDouble : IConversion<Half, double>
{
    public double Of(Half stored) => (double)stored;
}

internal readonly struct MillisToMicros : IConversion<long, long>
{
    public long Of(long stored) => stored is >= long.MinValue / 1000 and <= long.MaxValue / 1000
        ? stored * 1000
        : throw Damage.Is($"{stored} milliseconds are more microseconds than 64 bits hold.");
}

/// <summary>Nanoseconds are cut off towards the past: a timestamp of this product counts microseconds.</summary>
internal readonly struct NanosToMicros : IConversion<long, long>
{
    public static long Floor(long nanos) => nanos / 1000 - (nanos % 1000 < 0 ? 1 : 0);

    public long Of(long stored) => Floor(stored);
}

internal readonly struct Int32ToDecimal(Int128 limit) : IConversion<int, Int128>
{
    public Int128 Of(int stored) => Decimals.Check(stored, limit);
}

internal readonly struct Int64ToDecimal(Int128 limit) : IConversion<long, Int128>
{
    public Int128 Of(long stored) => Decimals.Check(stored, limit);
}

/// <summary>The timestamps older writers wrote: nanoseconds of a day and the day.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct Int96
{
    private readonly long nanosOfDay;
    private readonly int julianDay;

    /// <summary>Microseconds since 1970-01-01T00:00:00Z; the rest is cut off towards the past.</summary>
    public Int128 Micros => Int128.CreateChecked(julianDay - 2440588L) * (TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond)
        + NanosToMicros.Floor(nanosOfDay);
}

internal readonly struct Int96ToMicros : IConversion<Int96, long>
{
    public long Of(Int96 stored) => stored.Micros is var micros && micros >= long.MinValue && micros <= long.MaxValue
        ? (long)micros
        : throw Damage.Is("an INT96 time is more microseconds from 1970 than 64 bits hold.");
}

/// <summary>Decimals of a file, unscaled.</summary>
internal static class Decimals
{
    /// <summary>Refuses a value with more digits than its type has.</summary>
    /// <param name="limit">The smallest power of ten with more digits.</param>
    public static Int128 Check(Int128 value, Int128 limit) =>
        value < limit && value > -limit ? value : throw Damage.Is("a decimal has more digits than its type.");

    /// <summary>The number of bytes in two's complement, most significant first, however many.</summary>
    public static Int128 OfBytes(ReadOnlySpan<byte> bytes, Int128 limit)
    {
        if (bytes.IsEmpty) throw Damage.Is("a decimal has no bytes.");
        var sign = (sbyte)bytes[0] < 0 ? byte.MaxValue : byte.MinValue;
        while (bytes.Length > 16)
        {
            if (bytes[0] != sign || (bytes[1] ^ sign) >= 0x80) throw Damage.Is("a decimal has more digits than its type.");
            bytes = bytes[1..];
        }

        Int128 value = (sbyte)sign;
        foreach (var next in bytes) value = value << 8 | next;
        return Check(value, limit);
    }
}

using System.Runtime.CompilerServices;

namespace Pipeline.Transforms.Segments;

/// <summary>Unsigned integers of seven bits a byte, the low ones first (LEB128); signed ones by zigzag.</summary>
internal static class Varint
{
    /// <summary>Bytes one value can take.</summary>
    public const int MaxBytes = 10;

    /// <summary>Writes a value.</summary>
    /// <returns>The place behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> destination, int at, ulong value)
    {
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a value.</summary>
    /// <returns>False when the bytes end first or the value has more than 64 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        if ((uint)at < (uint)source.Length && source[at] < 0x80)
        {
            value = source[at++];
            return true;
        }
        return TryReadLong(source, ref at, out value);
    }

    /// <summary>Small negative numbers become small unsigned ones.</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>The number that <see cref="ZigZag"/> was given.</summary>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static bool TryReadLong(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; at < source.Length && shift < 64; shift += 7)
        {
            var part = source[at++];
            if (shift == 63 && part > 1) return false;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return true;
        }
        return false;
    }
}

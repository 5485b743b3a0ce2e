using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>Writes single values as JSON behind the machine's run.</summary>
internal static class JsonTexts
{
    /// <summary>Bytes of an unscaled decimal at most: no table holds as many digits, and converting more takes time without bound.</summary>
    public const int MaxDecimalBytes = 64;

    private const int MaxNumberBytes = 32;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>A whole number.</summary>
    public static void Whole(AvroMachine machine, long value)
    {
        Utf8Formatter.TryFormat(value, machine.Room(MaxNumberBytes), out var written);
        machine.Advance(written);
    }

    /// <summary>The shortest number that reads back as the same fraction.</summary>
    /// <returns>False for what is no number.</returns>
    public static bool TryReal(AvroMachine machine, ulong bits, bool isSingle)
    {
        var room = machine.Room(MaxNumberBytes);
        int written;
        if (isSingle)
        {
            var single = BitConverter.UInt32BitsToSingle((uint)bits);
            if (!float.IsFinite(single)) return false;
            single.TryFormat(room, out written, "R", CultureInfo.InvariantCulture);
        }
        else
        {
            var real = BitConverter.UInt64BitsToDouble(bits);
            if (!double.IsFinite(real)) return false;
            real.TryFormat(room, out written, "R", CultureInfo.InvariantCulture);
        }
        machine.Advance(written);
        return true;
    }

    /// <summary>A text in quotes; the caller has made sure that it is UTF-8.</summary>
    public static void Text(AvroMachine machine, int start, int length)
    {
        machine.Append("\""u8);
        while (machine.Bytes.AsSpan(start, length).IndexOfAny(Escaped) is >= 0 and var at)
        {
            machine.AppendOwn(start, at);
            Escape(machine, machine.Bytes[start + at]);
            (start, length) = (start + at + 1, length - at - 1);
        }
        machine.AppendOwn(start, length);
        machine.Append("\""u8);
    }

    /// <summary>Bytes as Base64 in quotes.</summary>
    public static void Base64Text(AvroMachine machine, int start, int length)
    {
        machine.Append("\""u8);
        var room = machine.Room(Base64.GetMaxEncodedToUtf8Length(length));
        Base64.EncodeToUtf8(machine.Bytes.AsSpan(start, length), room, out _, out var written);
        machine.Advance(written);
        machine.Append("\""u8);
    }

    /// <summary>A decimal's digits.</summary>
    /// <param name="start">Where its two's complement begins, the highest byte first.</param>
    /// <returns>False when there are more than <see cref="MaxDecimalBytes"/>.</returns>
    public static bool TryDecimal(AvroMachine machine, int start, int length, int scale)
    {
        if (length > MaxDecimalBytes) return false;
        Span<byte> digits = stackalloc byte[MaxDecimalBytes * 3];
        var unscaled = machine.Bytes.AsSpan(start, length);
        int count;
        if (length <= sizeof(long)) Utf8Formatter.TryFormat(Narrow(unscaled), digits, out count);
        else if (length <= 16) Wide(unscaled).TryFormat(digits, out count, default, CultureInfo.InvariantCulture);
        else
        {
            var text = new BigInteger(unscaled, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
            count = System.Text.Encoding.ASCII.GetBytes(text, digits);
        }
        Place(machine, digits[..count], scale);
        return true;
    }

    private static void Place(AvroMachine machine, ReadOnlySpan<byte> digits, int scale)
    {
        if (digits[0] == (byte)'-')
        {
            machine.Append("-"u8);
            digits = digits[1..];
        }
        var whole = digits.Length - scale;
        machine.Append(whole > 0 ? digits[..whole] : "0"u8);
        if (scale == 0) return;
        machine.Append("."u8);
        for (var zero = whole; zero < 0; zero++) machine.Append("0"u8);
        machine.Append(digits[Math.Max(0, whole)..]);
    }

    private static long Narrow(ReadOnlySpan<byte> unscaled)
    {
        var value = !unscaled.IsEmpty && unscaled[0] >= 0x80 ? -1L : 0;
        foreach (var part in unscaled) value = value << 8 | part;
        return value;
    }

    private static Int128 Wide(ReadOnlySpan<byte> unscaled)
    {
        Int128 value = unscaled[0] >= 0x80 ? -1 : 0;
        foreach (var part in unscaled) value = value << 8 | part;
        return value;
    }

    private static void Escape(AvroMachine machine, byte value)
    {
        var room = machine.Room(6);
        room[0] = (byte)'\\';
        var letter = value switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            room[1] = letter;
            machine.Advance(2);
            return;
        }
        "u00"u8.CopyTo(room[1..]);
        room[4] = (byte)('0' + (value >> 4));
        room[5] = (byte)((value & 15) < 10 ? '0' + (value & 15) : 'a' + (value & 15) - 10);
        machine.Advance(6);
    }
}

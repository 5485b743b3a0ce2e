namespace Pipeline.Transforms.Json.Fields;

/// <summary>Decimal numbers from their text, exactly or not at all.</summary>
internal static class DecimalText
{
    private const long HugeExponent = 1_000_000_000_000;

    /// <summary>Whether a text is a JSON number without exponent: <c>-?(0|[1-9][0-9]*)(\.[0-9]+)?</c>.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == (byte)'-') text = text[1..];
        var whole = DigitsAtStart(text);
        if (whole == 0 || (whole > 1 && text[0] == (byte)'0')) return false;
        text = text[whole..];
        return text.IsEmpty || (text[0] == (byte)'.' && text.Length > 1 && DigitsAtStart(text[1..]) == text.Length - 1);
    }

    /// <summary>Whether a text is a JSON number of any form.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0) return IsPlain(text);
        var exponent = text[(e + 1)..];
        if (!exponent.IsEmpty && exponent[0] is (byte)'-' or (byte)'+') exponent = exponent[1..];
        return IsPlain(text[..e]) && !exponent.IsEmpty && DigitsAtStart(exponent) == exponent.Length;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="number">A JSON number; its form has been proved.</param>
    /// <param name="precision">Digits in all, 38 at most.</param>
    /// <param name="scale">Digits after the point.</param>
    /// <param name="unscaled">The value times ten to the power of <paramref name="scale"/>.</param>
    /// <returns>False when the number has more digits than that, before or after the point.</returns>
    public static bool TryParse(ReadOnlySpan<byte> number, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var negative = number[0] == (byte)'-';
        if (negative) number = number[1..];
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        var exponent = e < 0 ? 0 : Exponent(number[(e + 1)..]);
        var mantissa = e < 0 ? number : number[..e];
        var point = mantissa.IndexOf((byte)'.');
        if (point >= 0) exponent -= mantissa.Length - point - 1;

        var digits = mantissa.TrimStart("0."u8);
        if (digits.IsEmpty) return true;
        for (; digits[^1] is (byte)'0' or (byte)'.'; digits = digits[..^1])
            if (digits[^1] == (byte)'0') exponent++;
        var count = digits.Length - (digits.Contains((byte)'.') ? 1 : 0);
        var zeros = exponent + scale;
        if (zeros < 0 || count + zeros > precision) return false;

        foreach (var digit in digits)
            if (digit != (byte)'.') unscaled = unscaled * 10 + (digit - '0');
        for (; zeros > 0; zeros--) unscaled *= 10;
        if (negative) unscaled = -unscaled;
        return true;
    }

    /// <summary>Reads a number and rounds the digits that are too many, half to even.</summary>
    /// <returns>False when it has too many digits before the point.</returns>
    public static bool TryRound(ReadOnlySpan<byte> number, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var negative = number[0] == (byte)'-';
        if (negative) number = number[1..];
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        var exponent = e < 0 ? 0 : Exponent(number[(e + 1)..]);
        var mantissa = e < 0 ? number : number[..e];
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa.Length : point;

        var left = whole + exponent + scale;         // digits that are kept, leading zeros among them
        if (left < 0) return true;
        var (significant, next, beyond) = (0, 0, false);
        foreach (var digit in mantissa)
        {
            if (digit == (byte)'.') continue;
            if (left > 0)
            {
                if (significant != 0 || digit != (byte)'0') significant++;
                if (significant > precision) return false;
                unscaled = unscaled * 10 + (digit - '0');
            }
            else if (left == 0) next = digit - '0';
            else beyond |= digit != (byte)'0';
            left--;
        }
        if (unscaled != 0 && significant + Math.Max(0, left) > precision) return false;
        for (; left > 0 && unscaled != 0; left--) unscaled *= 10;
        if (next > 5 || (next == 5 && (beyond || Int128.IsOddInteger(unscaled)))) unscaled++;
        if (significant == precision && unscaled == Power(precision)) return false;
        if (negative) unscaled = -unscaled;
        return true;
    }

    private static Int128 Power(int digits)
    {
        Int128 power = 1;
        for (var i = 0; i < digits; i++) power *= 10;
        return power;
    }

    private static long Exponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == (byte)'-';
        if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
        var value = 0L;
        foreach (var digit in text) value = Math.Min(HugeExponent, value * 10 + digit - '0');
        return negative ? -value : value;
    }

    private static int DigitsAtStart(ReadOnlySpan<byte> text)
    {
        var other = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return other < 0 ? text.Length : other;
    }
}

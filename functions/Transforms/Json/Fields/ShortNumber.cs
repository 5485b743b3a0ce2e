using System.Runtime.CompilerServices;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Reads numbers of few digits, which nearly all are, in one pass.</summary>
internal static class ShortNumber
{
    private const int MaxBytes = 18;

    /// <summary>What the unscaled value of so many digits is below, as far as a short number can reach.</summary>
    public static long Limit(int precision) => precision >= MaxBytes ? long.MaxValue : (long)Math.Pow(10, precision);

    /// <summary>Reads <c>-?(0|[1-9][0-9]*)(\.[0-9]+)?</c>.</summary>
    /// <param name="scale">Digits after the point.</param>
    /// <param name="unscaled">The value times ten to the power of <paramref name="scale"/>.</param>
    /// <returns>False for any other form and for a number with too many digits; <see cref="DecimalText"/> has the verdict.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, int scale, out long unscaled)
    {
        unscaled = 0;
        var at = text.Length != 0 && text[0] == (byte)'-' ? 1 : 0;
        var (first, negative) = (at, at != 0);
        if (text.Length > MaxBytes) return false;
        uint digit;
        for (; at < text.Length && (digit = (uint)text[at] - '0') <= 9; at++) unscaled = unscaled * 10 + digit;
        if (at == first || (text[first] == (byte)'0' && at != first + 1)) return false;
        var missing = scale;
        if (at < text.Length)
        {
            missing -= text.Length - at - 1;
            if (text[at] != (byte)'.' || missing < 0 || missing == scale) return false;
            for (at++; at < text.Length && (digit = (uint)text[at] - '0') <= 9; at++) unscaled = unscaled * 10 + digit;
            if (at != text.Length) return false;
        }
        if (missing != 0 && text.Length + missing > MaxBytes) return false;
        for (; missing != 0; missing--) unscaled *= 10;
        if (negative) unscaled = -unscaled;
        return true;
    }
}

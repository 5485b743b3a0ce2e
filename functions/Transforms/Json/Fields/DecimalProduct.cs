using System.Numerics;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Products of decimals, rounded half to even.</summary>
internal static class DecimalProduct
{
    private static readonly Int128[] Powers = MakePowers();

    /// <summary>Multiplies two unscaled values.</summary>
    /// <param name="drop">Digits the product has too many after the point; negative when it has too few.</param>
    /// <param name="precision">Digits the result may have.</param>
    /// <returns>False when it has more.</returns>
    public static bool TryMultiply(Int128 left, Int128 right, int drop, int precision, out Int128 product)
    {
        product = 0;
        var fits = drop is >= 0 and <= 38 && IsLong(left) && IsLong(right);
        if (!fits && !TryLarge(left, right, drop, out product)) return false;
        if (fits) product = Round(left * right, Powers[drop]);
        return Int128.Abs(product) < Powers[precision];
    }

    private static bool IsLong(Int128 value) => value >= long.MinValue && value <= long.MaxValue;

    private static Int128 Round(Int128 value, Int128 divisor)
    {
        var (quotient, rest) = Int128.DivRem(value, divisor);
        var twice = Int128.Abs(rest) - (divisor - Int128.Abs(rest));
        if (twice < 0 || (twice == 0 && Int128.IsEvenInteger(quotient))) return quotient;
        return quotient + (value < 0 ? -1 : 1);
    }

    private static bool TryLarge(Int128 left, Int128 right, int drop, out Int128 product)
    {
        var exact = (BigInteger)left * right * BigInteger.Pow(10, Math.Max(0, -drop));
        var divisor = BigInteger.Pow(10, Math.Max(0, drop));
        var quotient = BigInteger.DivRem(exact, divisor, out var rest);
        var twice = BigInteger.Abs(rest) * 2 - divisor;
        if (twice > 0 || (twice == 0 && !quotient.IsEven)) quotient += exact.Sign;
        var holds = quotient >= (BigInteger)Int128.MinValue && quotient <= (BigInteger)Int128.MaxValue;
        product = holds ? (Int128)quotient : 0;
        return holds;
    }

    private static Int128[] MakePowers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}

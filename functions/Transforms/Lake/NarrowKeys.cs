using System.Numerics;

namespace Pipeline.Transforms.Lake;

/// <summary>Sorts keys that differ in so few bits that a key and its place fit one word: a day's times do.</summary>
/// <remarks>A stable radix sort of 11 bits a pass, least significant first; all passes are counted in one look at the keys.</remarks>
internal static class NarrowKeys
{
    private const int DigitBits = 11, Digits = 1 << DigitBits, MaxPasses = 6;

    /// <summary>Puts the places of the keys, from the least key to the greatest, where the keys were.</summary>
    /// <param name="varying">The bits in which some keys differ; not 0.</param>
    /// <param name="spare">As long as the keys; its content is lost.</param>
    /// <returns>False, and nothing changed, where the bits do not suffice.</returns>
    public static bool TrySort(Span<ulong> keys, ulong varying, Span<ulong> spare)
    {
        var low = BitOperations.TrailingZeroCount(varying);
        var keyBits = 64 - BitOperations.LeadingZeroCount(varying) - low;
        var placeBits = BitOperations.Log2((uint)keys.Length) + 1;
        if (keyBits + placeBits > 64) return false;
        var keyMask = keyBits == 64 ? ulong.MaxValue : (1UL << keyBits) - 1;
        var passes = (keyBits + DigitBits - 1) / DigitBits;
        Span<int> starts = stackalloc int[MaxPasses * Digits];
        starts.Clear();
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i] >> low & keyMask;
            for (var pass = 0; pass < passes; pass++) starts[pass * Digits + DigitOf(key, pass * DigitBits)]++;
            keys[i] = key << placeBits | (uint)i;
        }

        var from = keys;
        var to = spare;
        for (var pass = 0; pass < passes; pass++)
        {
            Scatter(from, to, placeBits + pass * DigitBits, starts.Slice(pass * Digits, Digits));
            var sorted = to;
            to = from;
            from = sorted;
        }

        var placeMask = (1UL << placeBits) - 1;
        for (var i = 0; i < keys.Length; i++) keys[i] = from[i] & placeMask;
        return true;
    }

    private static void Scatter(ReadOnlySpan<ulong> from, Span<ulong> to, int shift, Span<int> counts)
    {
        var start = 0;
        foreach (ref var count in counts) (count, start) = (start, start + count);
        foreach (var word in from) to[counts[DigitOf(word, shift)]++] = word;
    }

    private static int DigitOf(ulong word, int shift) => (int)(word >> shift) & (Digits - 1);
}

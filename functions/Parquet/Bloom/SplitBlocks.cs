using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Parquet.Bloom;

/// <summary>The bits of a split-block bloom filter: blocks of eight words, in one of which a value sets one bit of every word.</summary>
/// <remarks>https://parquet.apache.org/docs/file-format/bloomfilter/</remarks>
internal static class SplitBlocks
{
    /// <summary>Words and bytes of a block.</summary>
    public const int Words = 8, Bytes = Words * sizeof(uint);

    private static readonly Vector256<uint> Salt = Vector256.Create(
        0x47B6137BU, 0x44974D91U, 0x8824AD5BU, 0xA2B7289DU, 0x705495C7U, 0x2DF1424BU, 0x9EFC4947U, 0x5C6BFB31U);

    /// <summary>Notes a value.</summary>
    public static void Add(Span<uint> filter, ulong hash)
    {
        var block = filter.Slice(BlockOf(filter.Length, hash), Words);
        (Vector256.Create<uint>(block) | Mask(hash)).CopyTo(block);
    }

    /// <summary>False when the value was surely not noted.</summary>
    public static bool MayContain(ReadOnlySpan<uint> filter, ulong hash)
    {
        var mask = Mask(hash);
        return (Vector256.Create(filter.Slice(BlockOf(filter.Length, hash), Words)) & mask) == mask;
    }

    /// <summary>The share of values never noted that a filter of half the size would take for noted ones, 0 to 1.</summary>
    public static double FoldedFalsePositives(ReadOnlySpan<uint> filter)
    {
        var pairs = MemoryMarshal.Cast<uint, Vector256<uint>>(filter);
        double sum = 0;
        for (var i = 0; i < pairs.Length; i += 2)
        {
            var both = pairs[i] | pairs[i + 1];
            double share = 1;
            for (var word = 0; word < Words; word++) share *= BitOperations.PopCount(both[word]);
            sum += share;
        }

        return sum / (pairs.Length / 2) / Math.Pow(32, Words);
    }

    /// <summary>Makes a filter half as long: the block a value is in is half of what it was.</summary>
    public static Span<uint> Fold(Span<uint> filter)
    {
        var blocks = MemoryMarshal.Cast<uint, Vector256<uint>>(filter);
        for (var i = 0; i < blocks.Length / 2; i++) blocks[i] = blocks[i * 2] | blocks[i * 2 + 1];
        return filter[..(filter.Length / 2)];
    }

    private static int BlockOf(int words, ulong hash) => (int)((hash >> 32) * (uint)(words / Words) >> 32) * Words;

    // The upper five bits of eight products choose the bits: 1 shifted by 1, 2, 4, 8 and 16 where each of the five is set.
    private static Vector256<uint> Mask(ulong hash)
    {
        var products = Vector256.Create((uint)hash) * Salt;
        var bits = Vector256<uint>.One;
        for (var shift = 0; shift < 5; shift++)
        {
            var chosen = Vector256.Create(1U << (27 + shift));
            var isSet = Vector256.Equals(products & chosen, chosen);
            bits = Vector256.ConditionalSelect(isSet, Vector256.ShiftLeft(bits, 1 << shift), bits);
        }

        return bits;
    }
}

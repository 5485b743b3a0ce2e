using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Bloom;

/// <summary>The hash of Parquet's bloom filters: xxHash's XXH64 with seed 0.</summary>
/// <remarks>https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md</remarks>
internal static class XxHash64
{
    private const int StripeBytes = 32;

    private const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F, P3 = 0x165667B19E3779F9, P4 = 0x85EBCA77C2B2AE63,
        P5 = 0x27D4EB2F165667C5;

    /// <summary>The hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        var hash = (bytes.Length < StripeBytes ? P5 : OfStripes(ref rest)) + (ulong)bytes.Length;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..]) hash = AddWord(hash, MemoryMarshal.Read<ulong>(rest));
        if (rest.Length >= sizeof(uint))
        {
            hash = AddHalfWord(hash, MemoryMarshal.Read<uint>(rest));
            rest = rest[sizeof(uint)..];
        }

        foreach (var value in rest) hash = BitOperations.RotateLeft(hash ^ value * P5, 11) * P1;
        return Mix(hash);
    }

    /// <summary>The hash of a number's eight bytes, least significant first.</summary>
    public static ulong Of(long value) => Mix(AddWord(P5 + sizeof(ulong), (ulong)value));

    /// <summary>The hash of a number's four bytes, least significant first.</summary>
    public static ulong Of(int value) => Mix(AddHalfWord(P5 + sizeof(uint), (uint)value));

    private static ulong OfStripes(ref ReadOnlySpan<byte> rest)
    {
        var (a, b, c, d) = (unchecked(P1 + P2), P2, 0UL, unchecked(0UL - P1));
        for (; rest.Length >= StripeBytes; rest = rest[StripeBytes..])
        {
            var words = MemoryMarshal.Cast<byte, ulong>(rest[..StripeBytes]);
            (a, b, c, d) = (Round(a, words[0]), Round(b, words[1]), Round(c, words[2]), Round(d, words[3]));
        }

        var hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12)
            + BitOperations.RotateLeft(d, 18);
        return Merge(Merge(Merge(Merge(hash, a), b), c), d);
    }

    private static ulong Merge(ulong hash, ulong lane) => (hash ^ Round(0, lane)) * P1 + P4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong lane, ulong word) => BitOperations.RotateLeft(lane + word * P2, 31) * P1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddWord(ulong hash, ulong word) => BitOperations.RotateLeft(hash ^ Round(0, word), 27) * P1 + P4;

    private static ulong AddHalfWord(ulong hash, uint word) => BitOperations.RotateLeft(hash ^ word * P1, 23) * P2 + P3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ hash >> 33) * P2;
        hash = (hash ^ hash >> 29) * P3;
        return hash ^ hash >> 32;
    }
}

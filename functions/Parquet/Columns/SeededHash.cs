using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Parquet.Columns;

/// <summary>Hashes whose seeds are drawn once a run, so that nobody can send values that collide.</summary>
/// <remarks>Never stored nor compared across runs. Folded products, as in wyhash (https://github.com/wangyi-fudan/wyhash).</remarks>
internal static class SeededHash
{
    private static readonly ulong First = RandomOdd();
    private static readonly ulong Second = RandomOdd();
    private static readonly ulong Third = RandomOdd();
    private static readonly ulong Fourth = RandomOdd();

    /// <summary>The hash of a text.</summary>
    public static uint Of(ReadOnlySpan<byte> text)
    {
        ref var p = ref MemoryMarshal.GetReference(text);
        var seed = First ^ (uint)text.Length;
        var n = text.Length;
        // Two overlapping words cover a text of up to 16 bytes; longer ones are folded 16 bytes at a time before.
        for (var i = 0; i < n - 16; i += 16) seed = Fold(Word(ref p, i) ^ seed, Word(ref p, i + 8) ^ Second);
        if (n > 16) return Mix(Word(ref p, n - 16) ^ seed, Word(ref p, n - 8));
        if (n >= 8) return Mix(Word(ref p, 0) ^ seed, Word(ref p, n - 8));
        if (n >= 4) return Mix(HalfWord(ref p, 0) ^ seed, HalfWord(ref p, n - 4));
        if (n == 0) return Mix(seed, 0);
        return Mix((p | (ulong)Unsafe.Add(ref p, n >> 1) << 8 | (ulong)Unsafe.Add(ref p, n - 1) << 16) ^ seed, 0);
    }

    /// <summary>The hash of a text in a <see cref="ShortText"/>: another one than <see cref="Of(ReadOnlySpan{byte})"/> makes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(Vector256<byte> text, int length)
    {
        var words = text.AsUInt64();
        var hash = Fold(words[0] ^ First ^ (uint)length, words[1] ^ Second) ^ Fold(words[2] ^ Third, words[3] ^ Fourth);
        return (uint)(hash ^ hash >> 32);
    }

    /// <summary>The hash of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of<T>(T value) where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == sizeof(uint)) return Mix(Unsafe.BitCast<T, uint>(value) ^ First, 0);
        if (Unsafe.SizeOf<T>() == sizeof(ulong)) return Mix(Unsafe.BitCast<T, ulong>(value) ^ First, 0);
        var wide = Unsafe.BitCast<T, UInt128>(value);
        return Mix((ulong)wide ^ First, (ulong)(wide >> 64));
    }

    private static uint Mix(ulong a, ulong b)
    {
        var hash = Fold(a, b ^ Second);
        return (uint)(hash ^ BitOperations.RotateLeft(hash, 32));
    }

    private static ulong Word(ref byte p, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, at));

    private static uint HalfWord(ref byte p, int at) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref p, at));

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    private static ulong RandomOdd() => (ulong)Random.Shared.NextInt64() << 1 | 1;
}

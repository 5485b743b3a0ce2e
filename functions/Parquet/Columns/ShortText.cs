using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Parquet.Columns;

/// <summary>A text of up to 32 bytes in one vector, zeros behind it: hashed and compared without a branch for its length.</summary>
internal static class ShortText
{
    /// <summary>Bytes it can have.</summary>
    public const int MaxBytes = 32;

    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Loads a text.</summary>
    /// <param name="first">32 bytes can be read from here.</param>
    /// <param name="length">0 to 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(ref byte first, int length) =>
        Vector256.LoadUnsafe(ref first) & Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(MaxBytes - length));

    /// <summary>Loads a text behind which nothing can be read.</summary>
    public static Vector256<byte> Load(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[MaxBytes];
        padded.Clear();
        text.CopyTo(padded);
        return Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(padded));
    }
}

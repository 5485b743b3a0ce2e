using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Parquet.Encoding;

/// <summary>Parquet's hybrid of run-length encoding and bit packing: dictionary numbers and definition levels.</summary>
/// <remarks>
/// A run is <c>varint(count &lt;&lt; 1)</c> and the value in whole bytes, or <c>varint(groups &lt;&lt; 1 | 1)</c> and packed groups
/// of eight.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
/// </remarks>
internal static class HybridRuns
{
    /// <summary>Encodes dictionary numbers.</summary>
    /// <param name="bitWidth">1 to 32; no value has more bits.</param>
    public static void Write(ReadOnlySpan<int> values, int bitWidth, ByteBuffer into)
    {
        // A repeated run ends a packed one and begins another: below about four bytes' worth of values that costs more than it saves.
        var worth = Math.Max(BitPacking.Group, (32 + bitWidth - 1) / bitWidth);
        var (packedFrom, at) = (0, 0);
        while (at + BitPacking.Group <= values.Length)
        {
            var run = IsOneValue(values.Slice(at, BitPacking.Group)) ? RunLength(values[at..]) : 0;
            if (run < worth)
            {
                at += BitPacking.Group;
                continue;
            }

            WritePacked(values[packedFrom..at], bitWidth, into);
            WriteRepeated(values[at], run, bitWidth, into);
            packedFrom = at += run;
        }

        WritePacked(values[packedFrom..], bitWidth, into);
    }

    /// <summary>Encodes definition levels of an optional, not nested column: 1 for a value, 0 for a null.</summary>
    public static void WriteLevels(ReadOnlySpan<byte> presence, ByteBuffer into)
    {
        const int Worth = 32;
        var (packedFrom, at) = (0, 0);
        while (at + BitPacking.Group <= presence.Length)
        {
            var eight = Unsafe.ReadUnaligned<ulong>(in presence[at]);
            var run = eight is 0 or 0x0101010101010101 ? RunLength(presence[at..]) : 0;
            if (run < Worth)
            {
                at += BitPacking.Group;
                continue;
            }

            WritePackedLevels(presence[packedFrom..at], into);
            WriteRepeated(presence[at], run, 1, into);
            packedFrom = at += run;
        }

        WritePackedLevels(presence[packedFrom..], into);
    }

    /// <summary>Writes one value so many times.</summary>
    public static void WriteRepeated(int value, int count, int bitWidth, ByteBuffer into)
    {
        into.WriteVarint((ulong)count << 1);
        for (var bits = 0; bits < bitWidth; bits += 8) into.WriteByte((byte)(value >> bits));
    }

    private static void WritePacked(ReadOnlySpan<int> values, int bitWidth, ByteBuffer into)
    {
        if (values.IsEmpty) return;
        into.WriteVarint(PackedHeader(values.Length));
        BitPacking.Pack(values, bitWidth, into);
    }

    private static void WritePackedLevels(ReadOnlySpan<byte> presence, ByteBuffer into)
    {
        if (presence.IsEmpty) return;
        into.WriteVarint(PackedHeader(presence.Length));
        BitPacking.PackFlags(presence, into);
    }

    private static ulong PackedHeader(int values) => ((ulong)values + 7) / 8 << 1 | 1;

    private static bool IsOneValue(ReadOnlySpan<int> eight) => Vector256.EqualsAll(Vector256.Create(eight), Vector256.Create(eight[0]));

    private static int RunLength<T>(ReadOnlySpan<T> values) where T : unmanaged, IEquatable<T>
    {
        var end = values.IndexOfAnyExcept(values[0]);
        return end < 0 ? values.Length : end;
    }
}

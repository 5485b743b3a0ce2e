using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Parquet.Encoding;

/// <summary>Integers as differences in blocks of 128, each quarter of a block in as few bits as it needs (DELTA_BINARY_PACKED).</summary>
/// <remarks>Sums wrap around, as the format wants. https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC</remarks>
internal static class DeltaPacking
{
    private const int Block = 128, Parts = 4, Part = Block / Parts;

    /// <summary>Encodes integers; none are a header.</summary>
    public static void Write<T>(ReadOnlySpan<T> values, ByteBuffer into) where T : unmanaged, IBinaryInteger<T>
    {
        into.WriteVarint(Block);
        into.WriteVarint(Parts);
        into.WriteVarint((ulong)values.Length);
        into.WriteVarint(ZigZag(values.IsEmpty ? 0 : long.CreateTruncating(values[0])));
        Span<long> deltas = stackalloc long[Block];
        for (var from = 1; from < values.Length; from += Block)
        {
            var count = Math.Min(Block, values.Length - from);
            var before = long.CreateTruncating(values[from - 1]);
            for (var i = 0; i < count; i++)
            {
                var value = long.CreateTruncating(values[from + i]);
                (deltas[i], before) = (value - before, value);
            }

            WriteBlock(deltas, count, into);
        }
    }

    private static void WriteBlock(Span<long> deltas, int count, ByteBuffer into)
    {
        var least = deltas[0];
        foreach (var delta in deltas[..count]) least = Math.Min(least, delta);
        foreach (ref var delta in deltas[..count]) delta -= least;
        deltas[count..].Clear();
        into.WriteVarint(ZigZag(least));
        // The widths go first, then the parts that hold values.
        var room = into.Room(Parts + Block * sizeof(long));
        var at = Parts;
        for (var part = 0; part < Parts; part++)
        {
            var values = deltas.Slice(part * Part, Part);
            var any = 0L;
            foreach (var value in values) any |= value;
            var width = 64 - BitOperations.LeadingZeroCount((ulong)any);
            room[part] = (byte)width;
            Pack(values, width, room[at..]);
            at += width * (Part / 8);
        }

        into.Advance(at);
    }

    // 32 values of any width end on a whole byte, though not always on a whole word.
    private static void Pack(ReadOnlySpan<long> values, int width, Span<byte> to)
    {
        if (width == 0) return;
        ulong pending = 0;
        var (bits, at) = (0, 0);
        foreach (var each in values)
        {
            var value = (ulong)each;
            pending |= value << bits;
            bits += width;
            if (bits < 64) continue;
            BinaryPrimitives.WriteUInt64LittleEndian(to[at..], pending);
            at += sizeof(ulong);
            bits -= 64;
            pending = bits == 0 ? 0 : value >> (width - bits);
        }

        if (bits != 0) BinaryPrimitives.WriteUInt32LittleEndian(to[at..], (uint)pending);
    }

    private static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);
}

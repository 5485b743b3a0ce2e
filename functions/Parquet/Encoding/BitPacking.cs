using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Encoding;

/// <summary>Parquet's bit packing: values of a fixed number of bits, from the least significant bit of the first byte on.</summary>
/// <remarks>https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE</remarks>
internal static class BitPacking
{
    /// <summary>Values are packed in groups of eight; a group of <c>bitWidth</c> bits each takes <c>bitWidth</c> bytes.</summary>
    public const int Group = 8;

    /// <summary>Bits that hold every number from 0 to <paramref name="max"/>; at least one.</summary>
    public static int WidthOf(int max) => Math.Max(1, 32 - int.LeadingZeroCount(max));

    /// <summary>Packs numbers; the last group is filled with zeros.</summary>
    /// <param name="bitWidth">1 to 32; no value has more bits.</param>
    public static void Pack(ReadOnlySpan<int> values, int bitWidth, ByteBuffer into)
    {
        var groups = (values.Length + Group - 1) / Group;
        var bytes = checked(groups * bitWidth);
        var room = into.Room(checked(bytes + 16));      // whole words are stored: the last one may reach over the end
        var at = 0;
        while (values.Length >= Group)
        {
            PackGroup(values, bitWidth, room[at..]);
            values = values[Group..];
            at += bitWidth;
        }

        if (!values.IsEmpty)
        {
            Span<int> last = stackalloc int[Group];
            values.CopyTo(last);
            last[values.Length..].Clear();
            PackGroup(last, bitWidth, room[at..]);
        }

        into.Advance(bytes);
    }

    /// <summary>Packs flags of one byte each (0 or 1) to one bit each; the last byte is filled with zeros.</summary>
    public static void PackFlags(ReadOnlySpan<byte> flags, ByteBuffer into)
    {
        var bytes = (flags.Length + 7) / 8;
        var room = into.Room(bytes);
        for (var i = 0; i < flags.Length / 8; i++) room[i] = PackFlags(BinaryPrimitives.ReadUInt64LittleEndian(flags[(i * 8)..]));
        var rest = flags[(flags.Length / 8 * 8)..];
        if (!rest.IsEmpty)
        {
            Span<byte> last = stackalloc byte[8];
            rest.CopyTo(last);
            last[rest.Length..].Clear();
            room[bytes - 1] = PackFlags(BinaryPrimitives.ReadUInt64LittleEndian(last));
        }

        into.Advance(bytes);
    }

    // Multiplying moves bit 8i to bit 56+i: the eight flags meet in the top byte.
    private static byte PackFlags(ulong eightFlags) => (byte)(eightFlags * 0x0102040810204080 >> 56);

    private static void PackGroup(ReadOnlySpan<int> values, int bitWidth, Span<byte> to)
    {
        var v = MemoryMarshal.Cast<int, uint>(values[..Group]);
        if (bitWidth <= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, Four(v, 0, bitWidth) | Four(v, 4, bitWidth) << (4 * bitWidth));
        }
        else if (bitWidth <= 16)
        {
            var (low, high) = (Four(v, 0, bitWidth), Four(v, 4, bitWidth));
            BinaryPrimitives.WriteUInt64LittleEndian(to, bitWidth == 16 ? low : low | high << (4 * bitWidth));
            BinaryPrimitives.WriteUInt64LittleEndian(to[8..], bitWidth == 16 ? high : high >> (64 - 4 * bitWidth));
        }
        else
        {
            PackWide(v, bitWidth, to);
        }
    }

    private static ulong Four(ReadOnlySpan<uint> v, int from, int bitWidth) =>
        v[from] | (ulong)v[from + 1] << bitWidth | ((ulong)v[from + 2] | (ulong)v[from + 3] << bitWidth) << (2 * bitWidth);

    private static void PackWide(ReadOnlySpan<uint> v, int bitWidth, Span<byte> to)
    {
        ulong pending = 0;
        var (bits, at) = (0, 0);
        foreach (var value in v)
        {
            pending |= (ulong)value << bits;
            bits += bitWidth;
            while (bits >= 8)
            {
                to[at++] = (byte)pending;
                pending >>= 8;
                bits -= 8;
            }
        }
    }
}

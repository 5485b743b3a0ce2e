using System.Buffers.Binary;

namespace Pipeline.Parquet.Reading;

/// <summary>The checksum of pages: CRC-32 as in gzip, eight bytes a step.</summary>
/// <remarks>https://parquet.apache.org/docs/file-format/data-pages/checksumming/</remarks>
internal static class Crc32
{
    private const int Slices = 8;
    private static readonly uint[] Table = MakeTable();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var table = Table.AsSpan();
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Entry(table, 7, low) ^ Entry(table, 6, low >> 8) ^ Entry(table, 5, low >> 16) ^ Entry(table, 4, low >> 24)
                ^ Entry(table, 3, high) ^ Entry(table, 2, high >> 8) ^ Entry(table, 1, high >> 16) ^ Entry(table, 0, high >> 24);
        }

        foreach (var next in bytes) crc = crc >> 8 ^ Entry(table, 0, crc ^ next);
        return ~crc;
    }

    private static uint Entry(Span<uint> table, int slice, uint value) => table[slice << 8 | (byte)value];

    private static uint[] MakeTable()
    {
        var table = new uint[Slices << 8];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
            table[i] = crc;
        }

        for (var i = 256; i < table.Length; i++) table[i] = table[i - 256] >> 8 ^ table[(byte)table[i - 256]];
        return table;
    }
}

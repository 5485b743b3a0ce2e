namespace Pipeline.Transforms.Avro.Containers;

/// <summary>CRC-32 as zlib and Ethernet have it, eight bytes a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = crc ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = Tables[7 * 256 + (byte)low] ^ Tables[6 * 256 + (byte)(low >> 8)]
                ^ Tables[5 * 256 + (byte)(low >> 16)] ^ Tables[4 * 256 + (int)(low >> 24)]
                ^ Tables[3 * 256 + bytes[4]] ^ Tables[2 * 256 + bytes[5]] ^ Tables[256 + bytes[6]] ^ Tables[bytes[7]];
        }
        foreach (var value in bytes) crc = crc >> 8 ^ Tables[(byte)crc ^ value];
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (uint)i;
            for (var bit = 0; bit < 8; bit++) value = value >> 1 ^ (Polynomial & (0 - (value & 1)));
            tables[i] = value;
        }
        for (var i = 256; i < tables.Length; i++) tables[i] = tables[i - 256] >> 8 ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Transforms.Segments;

/// <summary>The layout of a segment object: raw records of one shard, exactly as the source delivered them. All integers are
/// little-endian.</summary>
/// <remarks>
/// <code>
/// object  := file header, block*, trailer
/// file    := "PSEG" · version 1 (u8) · three zero bytes
/// block   := header (40 bytes) · one zstd frame
/// header  := "PBLK" · records (u32) · first position (i64) · value run bytes (u32) · side bytes (u32) · frame bytes (u32)
///            · flags (u32, bit 0: keys are kept) · reserved (u32, zero) · CRC-32C of the 36 bytes before and the frame (u32)
/// frame   -> value run, then side arrays
/// run     := each record's value followed by one line feed, a null value as an empty one: a bulk decoder scans it in one go
/// side    := each record's value length + 1, 0 for a null value            (varint)
///            · each record's position less the one before less 1           (varint; the first record's is 0)
///            · each record's timestamp less the one before                 (zigzag varint; the first record's less 0)
///            · with keys: each record's key length + 1, 0 for a null key   (varint), then the keys' bytes
/// trailer := "PEND" · blocks (u32) · records (i64) · value bytes (i64) · reserved (u32, zero) · CRC-32C of the 28 bytes before (u32)
/// </code>
/// A block takes at most <see cref="BlockBytes"/> of values and <see cref="BlockRecords"/> records, a larger record a block of its
/// own, so a
/// reader's memory is bounded. An object without its trailer was cut off. The same records give the same bytes.
/// </remarks>
public static class SegmentFormat
{
    /// <summary>Bytes of the value run at which a block is closed: few enough to be decoded while the decompressed bytes are still near the
    /// processor, and stored 0.8 % larger than in blocks of 4 MiB.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Records at which a block is closed, which bounds what a block of very small records can turn into.</summary>
    public const int BlockRecords = 65_536;

    /// <summary>Bytes of key and value a record can have at most; no Kafka client delivers as much.</summary>
    public const int MaxRecordBytes = 1 << 30;

    internal const int FileHeaderBytes = 8;
    internal const int BlockHeaderBytes = 40;
    internal const int TrailerBytes = 32;
    internal const uint HasKeys = 1;
    internal const uint BlockMark = 0x4B4C4250;
    internal const uint TrailerMark = 0x444E4550;

    internal static ReadOnlySpan<byte> FileHeader => "PSEG\u0001\0\0\0"u8;

    /// <summary>CRC-32C (Castagnoli), continued over several pieces; begin and end with an inversion.</summary>
    internal static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var last in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, last);
        return crc;
    }

    internal static uint Crc(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Crc(Crc(~0u, first), second);
}

/// <summary>The fixed part of a block.</summary>
internal readonly record struct BlockHeader(int Records, long FirstPosition, int RunBytes, int SideBytes, int FrameBytes, bool HasKeys)
{
    /// <summary>Writes the header; its checksum covers the frame too.</summary>
    public void Write(Span<byte> destination, ReadOnlySpan<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, SegmentFormat.BlockMark);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], Records);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], FirstPosition);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], RunBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], SideBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], FrameBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], HasKeys ? SegmentFormat.HasKeys : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], SegmentFormat.Crc(destination[..36], frame));
    }

    /// <summary>Reads the header; nothing of it can be trusted before the checksum was compared.</summary>
    public static BlockHeader Read(ReadOnlySpan<byte> source, out uint crc)
    {
        crc = BinaryPrimitives.ReadUInt32LittleEndian(source[36..]);
        return new(
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]), BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]), BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            (BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) & SegmentFormat.HasKeys) != 0);
    }
}

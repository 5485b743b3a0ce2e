using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Codecs;

/// <summary>A Zstandard frame of raw blocks, which every decompressor reads: for bytes that do not shrink.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1</remarks>
internal static class ZstdFrame
{
    private const int Magic = unchecked((int)0xFD2FB528), MaxBlockBytes = 128 * 1024, BlockHeaderBytes = 3;

    /// <summary>Size of the content in four bytes, in a single segment.</summary>
    private const byte Descriptor = 0b1010_0000;

    /// <summary>Adds the frame.</summary>
    /// <param name="content">Not empty.</param>
    public static void Store(ReadOnlySpan<byte> content, ByteBuffer into)
    {
        into.WriteInt32(Magic);
        into.WriteByte(Descriptor);
        into.WriteInt32(content.Length);
        while (!content.IsEmpty)
        {
            var block = content[..Math.Min(content.Length, MaxBlockBytes)];
            content = content[block.Length..];
            var header = block.Length << 3 | (content.IsEmpty ? 1 : 0);
            for (var i = 0; i < BlockHeaderBytes; i++) into.WriteByte((byte)(header >> (8 * i)));
            into.Write(block);
        }
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Pipeline.Parquet.Codecs;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>Decompresses blocks, one after the other.</summary>
internal sealed class OcfInflater : IDisposable
{
    private const int CrcBytes = 4, FirstRoom = 64 << 10;

    private readonly PooledBytes inflated = new();
    private readonly ZstdDecompressor zstd = new();

    /// <summary>A block's data.</summary>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="InvalidDataException">They are damaged, or more than a block may have; the message is a sentence's part.</exception>
    public ReadOnlySpan<byte> Inflate(OcfCodec codec, ReadOnlyMemory<byte> block)
    {
        inflated.Clear();
        switch (codec)
        {
            case OcfCodec.Null:
                return block.Span;
            case OcfCodec.Deflate:
                Deflate(block);
                break;
            case OcfCodec.Snappy:
                Unsnap(block.Span);
                break;
            default:
                Zstandard(block.Span);
                break;
        }
        return inflated.Span;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        inflated.Dispose();
        zstd.Dispose();
    }

    private void Deflate(ReadOnlyMemory<byte> block)
    {
        MemoryMarshal.TryGetArray(block, out var array);
        using var stream = new DeflateStream(new MemoryStream(array.Array!, array.Offset, array.Count), CompressionMode.Decompress);
        while (stream.Read(inflated.Room(FirstRoom)) is var read and > 0)
        {
            inflated.Advance(read);
            if (inflated.Length > OcfBlock.MaxBytes) throw TooLarge();
        }
    }

    private void Unsnap(ReadOnlySpan<byte> block)
    {
        if (block.Length < CrcBytes) throw new InvalidDataException("it has no checksum");
        var data = block[..^CrcBytes];
        var length = Snappy.RawBytes(data);
        if (length > OcfBlock.MaxBytes) throw TooLarge();
        Snappy.Decompress(data, inflated.Reset((int)length));
        if (Crc32.Of(inflated.Span) != BinaryPrimitives.ReadUInt32BigEndian(block[^CrcBytes..]))
             throw new InvalidDataException("its checksum does not match");
    }

    // Writers that stream do not say how much a frame holds; then it is tried with more and more room.
    private void Zstandard(ReadOnlySpan<byte> block)
    {
        if (ZstdDecompressor.ContentBytes(block) is { } known)
        {
            if (known > OcfBlock.MaxBytes) throw TooLarge();
            inflated.Reset((int)known);
            inflated.Reset(zstd.Decompress(block, inflated.Room((int)known)[..(int)known]));
            return;
        }
        for (var room = (long)Math.Max(FirstRoom, block.Length * 4L); ; room *= 4)
        {
            var destination = inflated.Reset((int)Math.Min(room, OcfBlock.MaxBytes));
            if (zstd.TryDecompress(block, destination, out var written))
            {
                inflated.Reset(written);
                return;
            }
            if (room >= OcfBlock.MaxBytes) throw TooLarge();
        }
    }

    private static InvalidDataException TooLarge() => new($"it decompresses to more than {OcfBlock.MaxBytes >> 20} MiB");
}

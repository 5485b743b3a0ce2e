using System.Buffers.Binary;
using Pipeline.Parquet.Codecs;

namespace Pipeline.Transforms.Segments;

/// <summary>Reads a segment object block by block (<see cref="SegmentFormat"/>); memory is that of one block.</summary>
/// <remarks>Used again by <see cref="Open"/>. Nothing is handed out before its checksum was compared.
/// Not for two threads at once.</remarks>
public sealed class SegmentReader : IDisposable
{
    private readonly ZstdDecompressor zstd = new();
    private readonly PooledBytes stored = new();
    private SegmentBlock block = new();
    private SegmentBlock lent = new();
    private readonly byte[] head = new byte[SegmentFormat.BlockHeaderBytes];
    private Stream source = Stream.Null;
    private long offset;
    private int blocks;
    private long lastPosition;
    private bool ended;

    /// <summary>Records handed out.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes of their values.</summary>
    public long RawBytes { get; private set; }

    /// <summary>Begins an object. The stream stays the caller's.</summary>
    public void Open(Stream stream)
    {
        source = stream;
        (offset, blocks, lastPosition, ended) = (0, 0, long.MinValue, false);
        (Records, RawBytes) = (0, 0);
    }

    /// <summary>Reads the next block.</summary>
    /// <returns>The block, lent until the call after the next; null behind the last one, when the object has proved whole.</returns>
    /// <exception cref="InvalidDataException">The object is damaged or cut off; the message says at which byte and what does not
    /// fit.</exception>
    public async ValueTask<SegmentBlock?> ReadAsync(CancellationToken stopping)
    {
        if (ended) return null;
        if (offset == 0) await ReadFileHeaderAsync(stopping);
        await FillAsync(head.AsMemory(0, 4), stopping);
        var mark = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (mark == SegmentFormat.TrailerMark) return await ReadTrailerAsync(stopping);
        if (mark != SegmentFormat.BlockMark) throw Damaged(offset - 4, "neither a block nor the trailer begins here");
        await FillAsync(head.AsMemory(4, SegmentFormat.BlockHeaderBytes - 4), stopping);
        var start = offset - SegmentFormat.BlockHeaderBytes;
        var header = BlockHeader.Read(head, out var crc);
        await FillFrameAsync(start, header, stopping);
        if (SegmentFormat.Crc(head.AsSpan(0, 36), stored.Span) != crc) throw Damaged(start, "the block's checksum does not match");
        (block, lent) = (lent, block);
        OpenBlock(start, header);
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        zstd.Dispose();
        stored.Dispose();
        block.Dispose();
        lent.Dispose();
    }

    private void OpenBlock(long start, in BlockHeader header)
    {
        var content = (long)header.RunBytes + header.SideBytes;
        if (header.Records <= 0 || header.RunBytes < header.Records || header.SideBytes < 0
            || content > Array.MaxLength - SegmentBlock.PaddingBytes)
            throw Damaged(start, "the block's sizes are impossible");
        int written;
        try
        {
            written = zstd.Decompress(stored.Span, block.Reset((int)content));
        }
        catch (InvalidDataException error)
        {
            throw Damaged(start, error.Message, error);
        }
        if (written != content) throw Damaged(start, $"the frame holds {written} bytes where the header says {content}");
        if (block.TryOpen(header) is { } fault) throw Damaged(start, fault);
        if (header.FirstPosition <= lastPosition) throw Damaged(start, "the block repeats positions of the one before");
        lastPosition = block.Positions[^1];
        blocks++;
        Records += header.Records;
        foreach (var length in block.Lengths) RawBytes += Math.Max(0, length);
    }

    /// <remarks>The size is not proved yet: memory grows with the bytes that really arrive, not with what a damaged header
    /// claims.</remarks>
    private async ValueTask FillFrameAsync(long start, BlockHeader header, CancellationToken stopping)
    {
        if (header.FrameBytes <= 0) throw Damaged(start, "the block's sizes are impossible");
        stored.Clear();
        while (stored.Length < header.FrameBytes)
        {
            var piece = Math.Min(header.FrameBytes - stored.Length, 1 << 20);
            stored.Room(piece);
            await FillAsync(stored.Slice(stored.Length, piece), stopping);
            stored.Advance(piece);
        }
    }

    private async ValueTask ReadFileHeaderAsync(CancellationToken stopping)
    {
        await FillAsync(head.AsMemory(0, SegmentFormat.FileHeaderBytes), stopping);
        if (!head.AsSpan(0, SegmentFormat.FileHeaderBytes).SequenceEqual(SegmentFormat.FileHeader))
            throw Damaged(0, "it does not begin as a segment of version 1 does");
    }

    private async ValueTask<SegmentBlock?> ReadTrailerAsync(CancellationToken stopping)
    {
        var start = offset - 4;
        await FillAsync(head.AsMemory(4, SegmentFormat.TrailerBytes - 4), stopping);
        if (SegmentFormat.Crc(head.AsSpan(0, 28), []) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(28)))
            throw Damaged(start, "the trailer's checksum does not match");
        if (BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)) != blocks
            || BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8)) != Records
            || BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)) != RawBytes)
            throw Damaged(start, "the trailer counts other blocks, records or bytes than were read");
        if (await source.ReadAsync(head.AsMemory(0, 1), stopping) != 0) throw Damaged(offset, "bytes follow the trailer");
        ended = true;
        return null;
    }

    private async ValueTask FillAsync(Memory<byte> destination, CancellationToken stopping)
    {
        var read = await source.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, stopping);
        offset += read;
        if (read < destination.Length) throw Damaged(offset, "the object ends here, before its trailer");
    }

    private static InvalidDataException Damaged(long at, string what, Exception? inner = null) =>
        new($"The segment is damaged at byte {at}: {what}.", inner);
}

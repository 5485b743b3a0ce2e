using System.Buffers.Binary;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Codecs;

namespace Pipeline.Transforms.Segments;

/// <summary>Turns raw records of one shard into the bytes of one segment object (<see cref="SegmentFormat"/>).</summary>
/// <remarks>Used again after <see cref="Reset"/>. Holds the compressed object and one open block; allocates nothing per record.
/// Not for two threads at once.</remarks>
public sealed class SegmentWriter : IDisposable
{
    /// <summary>zstd's level: the fastest whose ratio still pays for itself in storage (measured on event JSON).</summary>
    private const int Level = 1;

    /// <summary>Entries of zstd's table as a power of two: 2,048 fit the first-level cache beside the data. The level's own 16,384 are 6 to 30 %
    /// slower on event JSON, for 5 % less bytes at best (measured).</summary>
    private const int HashBits = 11;

    private readonly ZstdCompressor zstd = new(Level, HashBits);
    private readonly PooledBytes output = new();
    private readonly PooledBytes block = new();
    private readonly PooledBytes keys = new();
    private int[] lengths = new int[1024];
    private int[] keyLengths = new int[1024];
    private long[] positions = new long[1024];
    private long[] timestamps = new long[1024];
    private int open;
    private bool anyKey;
    private int blocks;
    private bool finished;

    /// <summary>An empty segment.</summary>
    public SegmentWriter() => Reset();

    /// <summary>Records appended.</summary>
    public int Records { get; private set; }

    /// <summary>Bytes of their values.</summary>
    public long RawBytes { get; private set; }

    /// <summary>Position of the last record; null while there is none.</summary>
    public long? LastPosition { get; private set; }

    /// <summary>Source timestamp of the last record, milliseconds since the epoch; null while there is none.</summary>
    public long? LastTimestampMs { get; private set; }

    /// <summary>Adds a record; its bytes are copied.</summary>
    /// <exception cref="ArgumentException">Its position is not behind the last one's, or it is larger than the format allows.</exception>
    public void Append(in RawRecord record)
    {
        if (finished) throw new InvalidOperationException("The segment is finished; reset the writer before the next one.");
        if (record.Position <= LastPosition)
            throw new ArgumentException(
                $"Position {record.Position} does not follow {LastPosition}; records come in position order, each once.");
        var bytes = (long)record.Value.Length + record.Key.Length;
        if (bytes > SegmentFormat.MaxRecordBytes)
            throw new ArgumentException(
                $"The record at position {record.Position} has {bytes} bytes; the format holds {SegmentFormat.MaxRecordBytes}.");

        var full = block.Length + bytes + 1 + keys.Length > SegmentFormat.BlockBytes || open == SegmentFormat.BlockRecords;
        if (open != 0 && full) CloseBlock();
        Add(record);
        LastPosition = record.Position;
        LastTimestampMs = record.TimestampMs;
        RawBytes += record.Value.Length;
        Records++;
    }

    /// <summary>Closes the object.</summary>
    /// <returns>Its bytes; valid until <see cref="Reset"/>.</returns>
    public ReadOnlyMemory<byte> Finish()
    {
        if (finished) return output.Memory;
        if (open != 0) CloseBlock();
        var trailer = output.Room(SegmentFormat.TrailerBytes)[..SegmentFormat.TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, SegmentFormat.TrailerMark);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[4..], blocks);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[8..], Records);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[16..], RawBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[24..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[28..], SegmentFormat.Crc(trailer[..28], []));
        output.Advance(SegmentFormat.TrailerBytes);
        finished = true;
        return output.Memory;
    }

    /// <summary>Begins the next object and keeps the memory.</summary>
    public void Reset()
    {
        output.Clear();
        output.Append(SegmentFormat.FileHeader);
        block.Clear();
        keys.Clear();
        (Records, RawBytes, LastPosition, LastTimestampMs) = (0, 0, null, null);
        (open, blocks, anyKey, finished) = (0, 0, false, false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        zstd.Dispose();
        output.Dispose();
        block.Dispose();
        keys.Dispose();
    }

    private void Add(in RawRecord record)
    {
        if (open == lengths.Length) GrowSides();
        lengths[open] = record.HasValue ? record.Value.Length + 1 : 0;
        keyLengths[open] = record.HasKey ? record.Key.Length + 1 : 0;
        positions[open] = record.Position;
        timestamps[open] = record.TimestampMs;
        open++;
        anyKey |= record.HasKey;
        keys.Append(record.Key.Span);
        var value = record.Value.Span;
        var room = block.Room(value.Length + 1);
        value.CopyTo(room);
        room[value.Length] = (byte)'\n';
        block.Advance(value.Length + 1);
    }

    private void CloseBlock()
    {
        var runBytes = block.Length;
        WriteSides();
        var bound = ZstdCompressor.MaxCompressedBytes(block.Length);
        var room = output.Room(SegmentFormat.BlockHeaderBytes + bound);
        var frameBytes = zstd.Compress(block.Span, room[SegmentFormat.BlockHeaderBytes..]);
        var header = new BlockHeader(open, positions[0], runBytes, block.Length - runBytes, frameBytes, anyKey);
        header.Write(room, room.Slice(SegmentFormat.BlockHeaderBytes, frameBytes));
        output.Advance(SegmentFormat.BlockHeaderBytes + frameBytes);
        blocks++;
        block.Clear();
        keys.Clear();
        (open, anyKey) = (0, false);
    }

    private void WriteSides()
    {
        var room = block.Room(checked(open * 4 * Varint.MaxBytes + keys.Length));
        var at = 0;
        for (var i = 0; i < open; i++) at = Varint.Write(room, at, (ulong)lengths[i]);
        var before = positions[0] - 1;
        for (var i = 0; i < open; i++)
        {
            at = Varint.Write(room, at, (ulong)(positions[i] - before - 1));
            before = positions[i];
        }
        var last = 0L;
        for (var i = 0; i < open; i++)
        {
            at = Varint.Write(room, at, Varint.ZigZag(timestamps[i] - last));
            last = timestamps[i];
        }
        if (anyKey)
        {
            for (var i = 0; i < open; i++) at = Varint.Write(room, at, (ulong)keyLengths[i]);
            keys.Span.CopyTo(room[at..]);
            at += keys.Length;
        }
        block.Advance(at);
    }

    private void GrowSides()
    {
        var size = Math.Min(SegmentFormat.BlockRecords, lengths.Length * 2);
        Array.Resize(ref lengths, size);
        Array.Resize(ref keyLengths, size);
        Array.Resize(ref positions, size);
        Array.Resize(ref timestamps, size);
    }
}

namespace Pipeline.Transforms.Segments;

/// <summary>Records of one shard, decompressed: their values lie one behind the other in one run, each followed by a line feed.</summary>
/// <remarks>Lent by a <see cref="SegmentReader"/> until it reads the next one. All arrays are indexed by record.</remarks>
public sealed class SegmentBlock : IDisposable
{
    /// <summary>Readable bytes behind the value run at least.</summary>
    internal const int PaddingBytes = 64;

    private readonly PooledBytes owned = new();
    private PooledBytes bytes;
    private int[] starts = [];
    private int[] lengths = [];
    private long[] positions = [];
    private long[] timestamps = [];
    private int[] keyStarts = [];
    private int[] keyLengths = [];
    private int runBytes;
    private bool hasKeys;

    internal SegmentBlock() => bytes = owned;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>The value run; the last byte is a line feed.</summary>
    public ReadOnlyMemory<byte> Values => bytes.Slice(0, runBytes);

    /// <summary>The value run with what lies behind it, at least <see cref="PaddingBytes"/>: vectors can be loaded from any place in the
    /// run without a look at its end.</summary>
    internal ReadOnlySpan<byte> Padded => bytes.Span;

    /// <summary>Where each value starts in <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Starts => starts.AsSpan(0, Count);

    /// <summary>Bytes of each value; -1 for a null one, which takes none.</summary>
    public ReadOnlySpan<int> Lengths => lengths.AsSpan(0, Count);

    /// <summary>Each record's position, ascending.</summary>
    public ReadOnlySpan<long> Positions => positions.AsSpan(0, Count);

    /// <summary>Each record's source timestamp, milliseconds since the epoch.</summary>
    public ReadOnlySpan<long> TimestampsMs => timestamps.AsSpan(0, Count);

    /// <summary>A record's value; empty for a null one.</summary>
    public ReadOnlyMemory<byte> Value(int record) => bytes.Slice(starts[record], Math.Max(0, lengths[record]));

    /// <summary>A record's key; null when it has none.</summary>
    public ReadOnlyMemory<byte>? Key(int record) =>
        hasKeys && keyLengths[record] >= 0 ? bytes.Slice(keyStarts[record], keyLengths[record]) : (ReadOnlyMemory<byte>?)null;

    /// <inheritdoc/>
    public void Dispose() => owned.Dispose();

    /// <summary>Room for a frame's content, which the reader fills before <see cref="TryOpen"/>.</summary>
    internal Span<byte> Reset(int contentBytes) => bytes.Reset(checked(contentBytes + PaddingBytes))[..contentBytes];

    /// <summary>Takes the side arrays apart.</summary>
    /// <returns>Null when they agree with the header, otherwise what does not.</returns>
    internal string? TryOpen(in BlockHeader header)
    {
        Count = header.Records;
        runBytes = header.RunBytes;
        hasKeys = header.HasKeys;
        if (starts.Length < Count) GrowSides(Count);
        var side = bytes.Span[runBytes..^PaddingBytes];
        var at = 0;
        if (!ReadLengths(side, ref at)) return "the value lengths do not add up to the value run";
        if (!ReadPositions(side, ref at, header.FirstPosition)) return "the positions are not ascending";
        if (!ReadTimestamps(side, ref at)) return "the timestamps end too early";
        if (hasKeys && !ReadKeys(side, ref at)) return "the key lengths do not add up to the keys";
        return at == side.Length ? null : "the side arrays hold more than the records need";
    }

    /// <summary>Becomes the lines of another block's record that are not white space only, without a copy: valid as long as that block.
    /// A line's position is the record's and its place in it.</summary>
    internal void OpenLines(SegmentBlock block, int record)
    {
        (bytes, runBytes, hasKeys, Count) = (block.bytes, block.runBytes, false, 0);
        var (start, stop) = (block.Starts[record], block.Starts[record] + block.Lengths[record]);
        var run = bytes.Span;
        var shift = block.Positions[record] - start;
        while (start < stop)
        {
            var length = run[start..(stop + 1)].IndexOf((byte)'\n');
            if (run.Slice(start, length).ContainsAnyExcept(" \t\r"u8))
            {
                if (Count == starts.Length) GrowSides(Count * 2);
                (starts[Count], lengths[Count], positions[Count]) = (start, length, shift + start);
                timestamps[Count++] = block.TimestampsMs[record];
            }
            start += length + 1;
        }
    }

    private bool ReadLengths(ReadOnlySpan<byte> side, ref int at)
    {
        var run = bytes.Span;
        var start = 0L;
        for (var i = 0; i < Count; i++)
        {
            if (!Varint.TryRead(side, ref at, out var length) || length > (ulong)runBytes) return false;
            starts[i] = (int)start;
            lengths[i] = (int)length - 1;
            start += Math.Max(1, (long)length);
            if (start > runBytes || run[(int)start - 1] != (byte)'\n') return false;
        }
        return start == runBytes;
    }

    private bool ReadPositions(ReadOnlySpan<byte> side, ref int at, long first)
    {
        var before = first - 1;
        for (var i = 0; i < Count; i++)
        {
            if (!Varint.TryRead(side, ref at, out var step) || step > long.MaxValue - 1) return false;
            positions[i] = unchecked(before + (long)step + 1);
            if (positions[i] <= before || (i == 0 && step != 0)) return false;
            before = positions[i];
        }
        return true;
    }

    private bool ReadTimestamps(ReadOnlySpan<byte> side, ref int at)
    {
        var last = 0L;
        for (var i = 0; i < Count; i++)
        {
            if (!Varint.TryRead(side, ref at, out var step)) return false;
            timestamps[i] = last = unchecked(last + Varint.UnZigZag(step));
        }
        return true;
    }

    private bool ReadKeys(ReadOnlySpan<byte> side, ref int at)
    {
        if (keyStarts.Length < Count) (keyStarts, keyLengths) = (new int[starts.Length], new int[starts.Length]);
        var total = 0L;
        for (var i = 0; i < Count; i++)
        {
            if (!Varint.TryRead(side, ref at, out var length) || length > (ulong)side.Length) return false;
            keyStarts[i] = (int)total;
            keyLengths[i] = (int)length - 1;
            total += Math.Max(0, keyLengths[i]);
            if (total > side.Length) return false;
        }
        if (total > side.Length - at) return false;
        for (var i = 0; i < Count; i++) keyStarts[i] += runBytes + at;
        at += (int)total;
        return true;
    }

    private void GrowSides(int records)
    {
        var size = Math.Max(1024, records);
        Array.Resize(ref starts, size);
        Array.Resize(ref lengths, size);
        Array.Resize(ref positions, size);
        Array.Resize(ref timestamps, size);
    }
}

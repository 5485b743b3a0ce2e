using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Pages;

/// <summary>The records of one page as a block of their own, as if each had been landed by itself.</summary>
internal sealed class PageBlock : IDisposable
{
    private readonly PooledBytes run = new();
    private readonly List<(long Position, long TimestampMs, int Length)> records = [];
    private readonly SegmentBlock block = new();
    private int start;

    /// <summary>Forgets the records.</summary>
    public void Clear()
    {
        run.Clear();
        records.Clear();
    }

    /// <summary>Begins a record; positions ascend.</summary>
    public void Begin(long position, long timestampMs)
    {
        start = run.Length;
        records.Add((position, timestampMs, 0));
    }

    /// <summary>Adds bytes to the record.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => run.Append(bytes);

    /// <summary>Ends the record.</summary>
    public void End()
    {
        records[^1] = records[^1] with { Length = run.Length - start };
        run.Append((byte)'\n');
    }

    /// <summary>The records as a block, lent until the next call; null without records.</summary>
    public SegmentBlock? Finish()
    {
        if (records.Count == 0) return null;
        var runBytes = run.Length;
        var room = run.Room(records.Count * 3 * Varint.MaxBytes);
        var at = 0;
        foreach (var record in records) at = Varint.Write(room, at, (ulong)record.Length + 1);
        var before = records[0].Position - 1;
        foreach (var record in records)
        {
            at = Varint.Write(room, at, (ulong)(record.Position - before - 1));
            before = record.Position;
        }
        var last = 0L;
        foreach (var record in records)
        {
            at = Varint.Write(room, at, Varint.ZigZag(record.TimestampMs - last));
            last = record.TimestampMs;
        }
        run.Advance(at);
        run.Span.CopyTo(block.Reset(run.Length));
        var header = new BlockHeader(records.Count, records[0].Position, runBytes, at, 0, HasKeys: false);
        if (block.TryOpen(header) is { } fault) throw new InvalidOperationException($"A page's records make no block: {fault}.");
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        run.Dispose();
        block.Dispose();
    }
}

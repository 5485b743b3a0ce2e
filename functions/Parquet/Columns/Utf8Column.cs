using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Parquet.Columns;

/// <summary>UTF-8 texts, their bytes one behind the other; a null row is an empty text.</summary>
public sealed class Utf8Column : TextColumn
{
    private const int Chunk = 32;

    private byte[] bytes = [];
    private int[] ends = [];

    /// <summary>All texts' bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Count == 0 ? 0 : ends[Count - 1]);

    /// <summary>Where each row's text ends in <see cref="Bytes"/>; it begins where the row before ends.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <inheritdoc/>
    public override long ValueBytes => Bytes.Length + (long)Count * sizeof(int);

    /// <summary>The text of a row; empty for a null.</summary>
    public override ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var start = row == 0 ? 0 : ends[row - 1];
            return bytes.AsSpan(start, ends[row] - start);
        }
    }

    /// <summary>Appends a text; the caller has made sure that it is UTF-8.</summary>
    public override void Append(ReadOnlySpan<byte> utf8)
    {
        Store(utf8);
        Appended();
    }

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> run, ReadOnlySpan<TextPlace> places)
    {
        var to = Count == 0 ? 0 : ends[Count - 1];
        var total = 0L;
        foreach (ref readonly var place in places) total += place.Length;
        ReserveRows(places.Length);
        Reserve(to, checked((int)(total + Chunk)));
        ref var target = ref MemoryMarshal.GetArrayDataReference(bytes);
        ref var source = ref MemoryMarshal.GetReference(run);
        var rows = ends.AsSpan(Count, places.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var (start, length) = places[i];
            if ((uint)length <= Chunk && (uint)start + (long)Chunk <= run.Length)
                Vector256.LoadUnsafe(ref source, (nuint)(uint)start).StoreUnsafe(ref target, (nuint)(uint)to);
            else run.Slice(start, length).CopyTo(bytes.AsSpan(to));
            rows[i] = to += length;
        }
        Appended(places.Length);
    }

    /// <inheritdoc/>
    public override Column EmptyLike() => new Utf8Column();

    /// <inheritdoc/>
    public override bool IsLike(Column other) => other is Utf8Column;

    /// <inheritdoc/>
    protected override void GatherValues(Column source, ReadOnlySpan<int> rows)
    {
        var texts = (Utf8Column)source;
        ReserveRows(rows.Length);
        var end = Count == 0 ? 0 : ends[Count - 1];
        var from = texts.Bytes;
        var fromEnds = texts.Ends;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var start = row == 0 ? 0 : fromEnds[row - 1];
            Copy(from, start, fromEnds[row] - start, end);
            ends[Count + i] = end += fromEnds[row] - start;
        }
    }

    /// <inheritdoc/>
    protected override void AppendDefault() => Store([]);

    /// <inheritdoc/>
    protected override void TruncateValues(int count) { }

    private void Store(ReadOnlySpan<byte> utf8)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        ReserveRows(1);
        Reserve(start, utf8.Length);
        utf8.CopyTo(bytes.AsSpan(start));
        ends[Count] = start + utf8.Length;
    }

    /// <summary>Copies a text to where the next one begins.</summary>
    /// <remarks>Most texts are short: one fixed copy, which may take along bytes behind it, is cheaper than one of exact length.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Copy(ReadOnlySpan<byte> from, int start, int length, int to)
    {
        if (length <= Chunk && start + Chunk <= from.Length)
        {
            Reserve(to, Chunk);
            Vector256.LoadUnsafe(in MemoryMarshal.GetReference(from), (nuint)start).StoreUnsafe(ref bytes[0], (nuint)to);
            return;
        }
        Reserve(to, length);
        from.Slice(start, length).CopyTo(bytes.AsSpan(to));
    }

    private void ReserveRows(int rows)
    {
        if (ends.Length - Count < rows) ColumnMemory.Grow(ref ends, Count, Math.Max(Math.Max(64, ends.Length * 2), checked(Count + rows)));
    }

    private void Reserve(int start, int textBytes)
    {
        if (bytes.Length - start >= textBytes) return;
        var doubled = (int)Math.Min(Array.MaxLength, bytes.Length * 2L);
        ColumnMemory.Grow(ref bytes, start, Math.Max(Math.Max(1024, doubled), checked(start + textBytes)));
    }
}

namespace Pipeline.Parquet.Columns;

/// <summary>UTF-8 texts, their bytes one behind the other; a null row is an empty text.</summary>
public sealed class Utf8Column : Column
{
    private byte[] bytes = [];
    private int[] ends = [];

    /// <summary>All texts' bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Count == 0 ? 0 : ends[Count - 1]);

    /// <summary>Where each row's text ends in <see cref="Bytes"/>; it begins where the row before ends.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <inheritdoc/>
    public override long ValueBytes => Bytes.Length + (long)Count * sizeof(int);

    /// <summary>The text of a row; empty for a null.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var start = row == 0 ? 0 : ends[row - 1];
            return bytes.AsSpan(start, ends[row] - start);
        }
    }

    /// <summary>Appends a text; the caller has made sure that it is UTF-8.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        Store(utf8);
        Appended();
    }

    /// <inheritdoc/>
    protected override void GatherValues(Column source, ReadOnlySpan<int> rows)
    {
        var texts = (Utf8Column)source;
        if (ends.Length - Count < rows.Length)
            Array.Resize(ref ends, Math.Max(Math.Max(64, ends.Length * 2), checked(Count + rows.Length)));
        var end = Count == 0 ? 0 : ends[Count - 1];
        for (var i = 0; i < rows.Length; i++)
        {
            var text = texts[rows[i]];
            Reserve(end, text.Length);
            text.CopyTo(bytes.AsSpan(end));
            ends[Count + i] = end += text.Length;
        }
    }

    /// <inheritdoc/>
    protected override void AppendDefault() => Store([]);

    /// <inheritdoc/>
    protected override void TruncateValues(int count) { }

    private void Store(ReadOnlySpan<byte> utf8)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        if (Count == ends.Length) Array.Resize(ref ends, Math.Max(64, ends.Length * 2));
        Reserve(start, utf8.Length);
        utf8.CopyTo(bytes.AsSpan(start));
        ends[Count] = start + utf8.Length;
    }

    private void Reserve(int start, int textBytes)
    {
        if (bytes.Length - start >= textBytes) return;
        var doubled = (int)Math.Min(Array.MaxLength, bytes.Length * 2L);
        Array.Resize(ref bytes, Math.Max(Math.Max(1024, doubled), checked(start + textBytes)));
    }
}

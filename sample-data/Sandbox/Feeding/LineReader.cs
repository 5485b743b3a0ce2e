namespace Pipeline.Sandbox.Feeding;

/// <summary>Splits a stream at <c>\n</c>, without looking at anything else: a record is whatever bytes stand between.</summary>
/// <remarks>A last line without <c>\n</c> counts, an empty line is an empty record, and a <c>\r</c> belongs to its record.</remarks>
public sealed class LineReader(Stream source)
{
    private byte[] buffer = new byte[1 << 20];
    private int start;
    private int end;
    private int scanned;
    private bool ended;

    /// <summary>The next record, borrowed until the next call; false at the end.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> record)
    {
        while (true)
        {
            var newline = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                record = buffer.AsMemory(start, scanned + newline - start);
                start = scanned += newline + 1;
                return true;
            }

            scanned = end;
            if (ended) break;
            Fill();
        }

        record = buffer.AsMemory(start, end - start);
        start = end;
        return !record.IsEmpty;
    }

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end = scanned -= start;
            start = 0;
        }

        if (end == buffer.Length) Array.Resize(ref buffer, checked(buffer.Length * 2));
        var read = source.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
    }
}

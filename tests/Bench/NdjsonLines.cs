namespace Pipeline.Tests.Bench;

/// <summary>The lines of a file, whatever its size.</summary>
internal static class NdjsonLines
{
    /// <summary>Each line without its line feed; valid until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[4 << 20];
        var (held, offset) = (0, 0L);
        while (RandomAccess.Read(file, buffer.AsSpan(held), offset) is var read and > 0)
        {
            (offset, held) = (offset + read, held + read);
            var start = 0;
            while (buffer.AsSpan(start, held - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                yield return buffer.AsMemory(start, length);
                start += length + 1;
            }
            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
            if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        }
        if (held != 0) yield return buffer.AsMemory(0, held);
    }
}

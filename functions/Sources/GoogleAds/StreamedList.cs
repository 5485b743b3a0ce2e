using Pipeline.Domain.Failures;

namespace Pipeline.Sources.GoogleAds;

/// <summary>Cuts a JSON list into its items while it arrives, without parsing them: each is handed on as the bytes that were sent.</summary>
/// <remarks>Holds one item. Only objects count as items; what a list holds besides is passed over, a body that is no list is one item.</remarks>
public static class StreamedList
{
    private const int MaxItemBytes = 256 * 1024 * 1024;

    /// <summary>Reads to the list's end.</summary>
    /// <param name="item">Takes an item; its bytes are lent for the call.</param>
    /// <returns>False when the stream ended inside the list: what came before it is not all there is.</returns>
    public static async Task<bool> ReadAsync(Stream stream, Action<ReadOnlyMemory<byte>> item, CancellationToken stopping)
    {
        var (buffer, filled, scanned, start, depth) = (new byte[64 * 1024], 0, 0, -1, 0);
        var (inText, escaped, isList, ended) = (false, false, false, false);
        while (true)
        {
            for (; scanned < filled; scanned++)
            {
                var value = buffer[scanned];
                if (inText)
                {
                    if (escaped) escaped = false;
                    else if (value == (byte)'\\') escaped = true;
                    else if (value == (byte)'"') inText = false;
                    continue;
                }
                switch (value)
                {
                    case (byte)'"': inText = true; break;
                    case (byte)'{' or (byte)'[':
                        if (depth == 0 && value == (byte)'[') isList = true;
                        if (start < 0 && value == (byte)'{' && depth == (isList ? 1 : 0)) start = scanned;
                        depth++;
                        break;
                    case (byte)'}' or (byte)']':
                        depth--;
                        if (start >= 0 && depth == (isList ? 1 : 0))
                        {
                            item(buffer.AsMemory(start, scanned + 1 - start));
                            start = -1;
                        }
                        ended |= depth == 0;
                        break;
                }
            }
            var keepFrom = start < 0 ? filled : start;
            buffer.AsSpan(keepFrom, filled - keepFrom).CopyTo(buffer);
            (filled, scanned, start) = (filled - keepFrom, scanned - keepFrom, start < 0 ? -1 : 0);
            if (filled == buffer.Length)
            {
                if (filled >= MaxItemBytes) throw new TerminalException($"Google sent a batch of more than {MaxItemBytes} bytes. Ask for fewer days at once.");
                Array.Resize(ref buffer, filled * 2);
            }
            var read = await ReadSomeAsync(stream, buffer.AsMemory(filled), stopping);
            if (read == 0) return ended;
            filled += read;
        }
    }

    // A connection that breaks ends the list like one that is closed too early.
    private static async Task<int> ReadSomeAsync(Stream stream, Memory<byte> buffer, CancellationToken stopping)
    {
        try
        {
            return await stream.ReadAsync(buffer, stopping);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return 0;
        }
    }
}

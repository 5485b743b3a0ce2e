namespace Pipeline.Transforms.Files;

/// <summary>Cuts files that hold a record on each line, ended by a line feed.</summary>
internal sealed class JsonLinesCutter(int maxRecordBytes, int chunkBytes) : TextCutter(maxRecordBytes, chunkBytes)
{
    private readonly int maxRecordBytes = maxRecordBytes;

    /// <inheritdoc/>
    protected override int LineEnd(ReadOnlySpan<byte> text) => text.IndexOf((byte)'\n');

    /// <inheritdoc/>
    protected override ValueTask<ChunkHeader> ReadHeaderAsync(FileText text, CancellationToken stopping) => new(new ChunkHeader());

    /// <inheritdoc/>
    protected override TextCut Cut(FileText text, int wanted)
    {
        var window = text.Window.Span;
        var at = 0;
        var isBlank = true;
        while (at < wanted && at < window.Length)
        {
            var line = window[at..].IndexOf((byte)'\n');
            var isLarge = (line < 0 ? window.Length - at : line) > maxRecordBytes;
            if (isLarge || (line < 0 && !text.IsAtEnd)) return new(at, isBlank, isLarge);
            if (line < 0 && text.Damage is not null) return new(at, isBlank, false);
            var next = line < 0 ? window.Length : at + line + 1;
            isBlank &= !window[at..next].ContainsAnyExcept(" \t\r\n"u8);
            at = next;
        }
        return new(at, isBlank, false);
    }
}

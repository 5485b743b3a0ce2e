using System.Runtime.CompilerServices;

namespace Pipeline.Transforms.Files;

/// <summary>Cuts texts between records, so that decoding the chunks gives what decoding the file gives. A line larger than a record may be
/// comes alone, in pieces where it is very large.</summary>
/// <param name="chunkBytes">Bytes at which a chunk ends with the record it is in.</param>
internal abstract class TextCutter(int maxRecordBytes, int chunkBytes) : IFileCutter
{
    private static readonly ReadOnlyMemory<byte> Rest = new ChunkHeader(IsRest: true).ToJson();

    /// <summary>Bytes behind a record's start that a verdict about it can depend on.</summary>
    protected int Lookahead { get; } = checked(maxRecordBytes + 64);

    private int PieceBytes { get; } = Math.Max(maxRecordBytes + 1, (int)Math.Min(16L * maxRecordBytes + 1, 64 << 20));

    /// <inheritdoc/>
    public async IAsyncEnumerable<FileChunk> CutAsync(Stream file, [EnumeratorCancellation] CancellationToken stopping)
    {
        await using var text = await FileText.OpenAsync(file, stopping);
        await text.FillAsync(Lookahead, stopping);
        if (text.Window.Span.StartsWith("\uFEFF"u8)) text.Skip(3);
        var read = IsUtf16(text.Window.Span)
            ? new ChunkHeader(Damage: "The file is UTF-16 or UTF-32; it must be UTF-8.")
            : await ReadHeaderAsync(text, stopping);
        var header = read.ToJson();
        var rest = read.Damage is null ? Rest : header;
        while (true)
        {
            await text.FillAsync(checked(chunkBytes + Lookahead), stopping);
            var cut = Cut(text, chunkBytes);
            if (cut.Length != 0)
            {
                if (!cut.IsBlank) yield return Piece(text, cut.Length, header);
                text.Skip(cut.Length);
                continue;
            }
            if (!cut.IsLarge) break;
            var (length, isLast) = (0, false);
            for (var pieceHeader = header; !isLast; pieceHeader = rest)
            {
                await text.FillAsync(PieceBytes + 1, stopping);
                (length, isLast) = LargeLine(text);
                if (length == 0) break;
                yield return Piece(text, length, pieceHeader);
                text.Skip(length);
            }
            if (!isLast) break;
        }
        if (text.Damage is { } damage)
            yield return Piece(text, text.Window.Length, new ChunkHeader(Damage: damage).ToJson())
                with { Length = Math.Max(1, text.Window.Length) };
    }

    /// <summary>Where the first line ends; negative when it does not.</summary>
    protected abstract int LineEnd(ReadOnlySpan<byte> text);

    /// <summary>Reads what stands in front of the records.</summary>
    protected abstract ValueTask<ChunkHeader> ReadHeaderAsync(FileText text, CancellationToken stopping);

    /// <summary>Finds where a chunk ends that begins where the window does. The window is all of the file that is left, or has
    /// <see cref="Lookahead"/> bytes more than a chunk.</summary>
    protected abstract TextCut Cut(FileText text, int wanted);

    private static FileChunk Piece(FileText text, int length, ReadOnlyMemory<byte> header) =>
        new(text.Position, length, header, text.Window[..length]);

    private static bool IsUtf16(ReadOnlySpan<byte> text) => text.Length >= 2 && text[..2] is [0xFF, 0xFE] or [0xFE, 0xFF];

    /// <summary>How much of a large line comes in one piece, and whether it ends with it. A line that the file's damage cuts off is left to
    /// the piece that tells of the damage.</summary>
    private (int Length, bool IsLast) LargeLine(FileText text)
    {
        var window = text.Window.Span;
        var some = window[..Math.Min(window.Length, PieceBytes + 1)];
        var end = LineEnd(some);
        if (end >= 0) return (end + 1, true);
        if (window.Length > PieceBytes) return (PieceBytes, false);
        return text.Damage is null ? (window.Length, true) : (0, false);
    }
}

/// <summary>Where a chunk ends.</summary>
/// <param name="Length">Its bytes; 0 when none can be cut: the file ends or is damaged, or the next line is too large.</param>
/// <param name="IsBlank">It holds no record.</param>
/// <param name="IsLarge">The next line is larger than a record may be.</param>
internal readonly record struct TextCut(int Length, bool IsBlank, bool IsLarge);

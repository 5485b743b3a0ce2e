namespace Pipeline.Parquet.Codecs;

/// <summary>Reads Zstandard frames (RFC 8878) by libzstd. Memory is that of one window, 128 MiB at most.</summary>
/// <param name="source">The compressed bytes; it stays the caller's.</param>
public sealed class ZstdStream(Stream source) : DecompressingStream(source, "zstd")
{
    private nint context = ZstdNative.CreateDecompressor();
    private bool isInFrame;

    /// <inheritdoc/>
    protected override bool IsInFrame => isInFrame;

    /// <inheritdoc/>
    protected override unsafe int Decompress(ReadOnlySpan<byte> compressed, Span<byte> destination, out int taken)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        taken = 0;
        if (compressed.IsEmpty && !isInFrame) return 0;
        fixed (byte* from = compressed, to = destination)
        {
            var read = new ZstdBuffer((nint)from, (nuint)compressed.Length, 0);
            var written = new ZstdBuffer((nint)to, (nuint)destination.Length, 0);
            var hint = ZstdNative.DecompressStream(context, ref written, ref read);
            if (ZstdNative.IsError(hint) != 0) throw new InvalidDataException($"zstd data is damaged: {ZstdNative.ErrorName(hint)}.");
            isInFrame = hint != 0;
            taken = (int)read.Done;
            return (int)written.Done;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (context != 0) ZstdNative.FreeDecompressor(context);
        context = 0;
        base.Dispose(disposing);
    }
}

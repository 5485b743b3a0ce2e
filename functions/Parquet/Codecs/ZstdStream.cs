namespace Pipeline.Parquet.Codecs;

/// <summary>Reads what Zstandard frames (RFC 8878), one behind the other, were made of. Memory is that of one window, 128 MiB at most.</summary>
/// <param name="source">The compressed bytes; it stays the caller's.</param>
public sealed class ZstdStream(Stream source) : Stream
{
    private readonly byte[] input = new byte[128 * 1024];
    private nint context = ZstdNative.CreateDecompressor();
    private int start;
    private int length;
    private bool isInFrame;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The frames are damaged, or end in the middle of one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var written = Decompress(buffer.Span);
            if (written != 0 || buffer.IsEmpty) return written;
            (start, length) = (0, await source.ReadAsync(input, cancellationToken));
            if (length != 0) continue;
            return isInFrame ? throw new InvalidDataException("zstd data ends in the middle of a frame.") : 0;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (context != 0) ZstdNative.FreeDecompressor(context);
        context = 0;
        base.Dispose(disposing);
    }

    private unsafe int Decompress(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        fixed (byte* from = input, to = destination)
        {
            var read = new ZstdBuffer((nint)(from + start), (nuint)length, 0);
            var written = new ZstdBuffer((nint)to, (nuint)destination.Length, 0);
            // A frame can have more to give when all of its input was read, so it is asked without any.
            while (written.Done == 0 && (read.Done < read.Size || isInFrame))
            {
                var done = read.Done;
                var hint = ZstdNative.DecompressStream(context, ref written, ref read);
                if (ZstdNative.IsError(hint) != 0) throw new InvalidDataException($"zstd data is damaged: {ZstdNative.ErrorName(hint)}.");
                isInFrame = hint != 0;
                if (read.Done == done) break;
            }
            (start, length) = (start + (int)read.Done, length - (int)read.Done);
            return (int)written.Done;
        }
    }
}

namespace Pipeline.Parquet.Codecs;

/// <summary>Reads what compressed frames, one behind the other, were made of; asynchronously only.</summary>
/// <param name="source">The compressed bytes; it stays the caller's.</param>
/// <param name="format">What errors call the format.</param>
public abstract class DecompressingStream(Stream source, string format) : Stream
{
    private readonly byte[] input = new byte[128 * 1024];
    private int start;
    private int length;

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

    /// <summary>A frame has begun and not ended.</summary>
    protected abstract bool IsInFrame { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The frames are damaged, or end in the middle of one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var written = Decompress(input.AsSpan(start, length), buffer.Span, out var taken);
            (start, length) = (start + taken, length - taken);
            if (written != 0 || buffer.IsEmpty) return written;
            if (taken != 0 && length != 0) continue;
            (start, length) = (0, await source.ReadAsync(input, cancellationToken));
            if (length != 0) continue;
            return IsInFrame ? throw new InvalidDataException($"{format} data ends in the middle of a frame.") : 0;
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

    /// <summary>Decompresses as much as there is input or room for.</summary>
    /// <param name="compressed">May be empty while a frame has more to give than there was room for.</param>
    /// <param name="taken">Bytes of it that were used.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">The frame is damaged.</exception>
    protected abstract int Decompress(ReadOnlySpan<byte> compressed, Span<byte> destination, out int taken);
}

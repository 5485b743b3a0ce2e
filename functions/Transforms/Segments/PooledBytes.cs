using System.Buffers;

namespace Pipeline.Transforms.Segments;

/// <summary>Bytes that grow at the end and are used again and again; the memory is the shared pool's.</summary>
internal sealed class PooledBytes : IDisposable
{
    private byte[] bytes = [];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next change.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>What was written; valid until the next change.</summary>
    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    /// <summary>Room behind the end; <see cref="Advance"/> makes it part of the content.</summary>
    public Span<byte> Room(int count)
    {
        if (bytes.Length - Length < count) Grow(count);
        return bytes.AsSpan(Length);
    }

    /// <summary>Counts bytes written into <see cref="Room"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> source)
    {
        source.CopyTo(Room(source.Length));
        Length += source.Length;
    }

    /// <summary>Adds one byte at the end.</summary>
    public void Append(byte value)
    {
        if (Length == bytes.Length) Grow(1);
        bytes[Length++] = value;
    }

    /// <summary>Makes room for exactly this content, whatever it will be, and counts it as written.</summary>
    public Span<byte> Reset(int length)
    {
        Length = 0;
        Room(length);
        Length = length;
        return bytes.AsSpan(0, length);
    }

    /// <summary>Forgets the content from a place on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Forgets the content and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>The part of the content as memory.</summary>
    public Memory<byte> Slice(int start, int length) => bytes.AsMemory(start, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (bytes.Length != 0) ArrayPool<byte>.Shared.Return(bytes);
        (bytes, Length) = ([], 0);
    }

    private void Grow(int count)
    {
        var wanted = Math.Max(checked(Length + count), (int)Math.Min(Array.MaxLength, 2L * bytes.Length));
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, wanted));
        bytes.AsSpan(0, Length).CopyTo(larger);
        if (bytes.Length != 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}

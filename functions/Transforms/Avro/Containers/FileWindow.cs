using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>The part of a file that is looked at: it grows at its end and is dropped from its beginning.</summary>
internal sealed class FileWindow(Stream file) : IDisposable
{
    private const int ReadBytes = 256 << 10;

    private readonly PooledBytes bytes = new();
    private int start;

    /// <summary>Where in the file the window begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes in it.</summary>
    public int Length => bytes.Length - start;

    /// <summary>The window; valid until more is read.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.Memory[start..];

    /// <summary>The window; valid until more is read.</summary>
    public ReadOnlySpan<byte> Span => bytes.Span[start..];

    /// <summary>Reads on until the window has so many bytes.</summary>
    /// <returns>False when the file ends before.</returns>
    public async ValueTask<bool> HasAsync(long count, CancellationToken stopping)
    {
        while (Length < count)
        {
            MakeRoom();
            var read = await file.ReadAsync(bytes.Slice(bytes.Length, ReadBytes), stopping);
            if (read == 0) return false;
            bytes.Advance(read);
        }
        return true;
    }

    /// <summary>Drops bytes from the beginning.</summary>
    public void Drop(int count) => (start, Offset) = (start + count, Offset + count);

    /// <inheritdoc/>
    public void Dispose() => bytes.Dispose();

    private void MakeRoom()
    {
        if (start > bytes.Length / 2)
        {
            var kept = bytes.Span[start..];
            kept.CopyTo(bytes.Slice(0, kept.Length).Span);
            bytes.Truncate(kept.Length);
            start = 0;
        }
        bytes.Room(ReadBytes);
    }
}

using Pipeline.Parquet.Codecs;

namespace Pipeline.Transforms.Files;

/// <summary>A dropped file's text, decompressed where it begins as gzip or zstd do, a window of it in memory.</summary>
internal sealed class FileText : IAsyncDisposable
{
    private const int PaddingBytes = 65;        // a line feed, and what a vector reads behind it

    private readonly Stream source;
    private readonly string format;
    private byte[] bytes = new byte[64 * 1024];
    private int start;
    private int end;

    private FileText(Stream source, string format) => (this.source, this.format) = (source, format);

    /// <summary>Where the window begins in the decompressed file.</summary>
    public long Position { get; private set; }

    /// <summary>Nothing follows what is in the window.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Why the file ends where it does, a sentence, when its compressed bytes are damaged or cut off; null otherwise.</summary>
    public string? Damage { get; private set; }

    /// <summary>The window; valid until the next change.</summary>
    public ReadOnlyMemory<byte> Window => bytes.AsMemory(start, end - start);

    /// <summary>The window with a line feed behind it and 64 bytes more.</summary>
    public ReadOnlySpan<byte> Padded
    {
        get
        {
            Reserve(PaddingBytes);
            bytes[end] = (byte)'\n';
            return bytes.AsSpan(start);
        }
    }

    /// <summary>Begins a file.</summary>
    public static async ValueTask<FileText> OpenAsync(Stream file, CancellationToken stopping)
    {
        var magic = new byte[4];
        var read = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, stopping);
        var whole = new PrefixedStream(magic.AsMemory(0, read), file);
        if (magic.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08])) return new(new GzipStream(whole), "gzip");
        var isZstd = magic.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
            || (magic[0] is >= 0x50 and <= 0x5F && magic.AsSpan(1).SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]));
        return isZstd ? new(new ZstdStream(whole), "zstd") : new(whole, "");
    }

    /// <summary>Reads until there are so many bytes in the window, or the file ends.</summary>
    public async ValueTask FillAsync(int count, CancellationToken stopping)
    {
        while (end - start < count && !IsAtEnd)
        {
            Reserve(Math.Max(count - (end - start), 64 * 1024));
            var read = await ReadAsync(stopping);
            end += read;
            IsAtEnd = read == 0;
        }
    }

    /// <summary>Moves the window's beginning.</summary>
    public void Skip(int count) => (start, Position) = (start + count, Position + count);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async ValueTask<int> ReadAsync(CancellationToken stopping)
    {
        try
        {
            return await source.ReadAsync(bytes.AsMemory(end), stopping);
        }
        catch (InvalidDataException)
        {
            Damage = $"The file's {format} data is damaged or cut off: nothing behind byte {Position + end - start} of the decompressed file "
                + "can be read.";
            return 0;
        }
    }

    private void Reserve(int count)
    {
        if (bytes.Length - end >= count) return;
        var kept = end - start;
        var target = bytes.Length - kept >= count && start >= kept ? bytes : new byte[Math.Max(kept + count, bytes.Length * 2)];
        bytes.AsSpan(start, kept).CopyTo(target);
        (bytes, start, end) = (target, 0, kept);
    }
}

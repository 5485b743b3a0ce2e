namespace Pipeline.Parquet.Reading;

/// <summary>Finds, checks and decompresses the pages of one column chunk in their order; keeps the last one.</summary>
internal sealed class PageLoader(FileBytes file, StoredChunk chunk, PageDecompressor decompressor)
{
    private const int FirstHeaderBytes = 256, MaxHeaderBytes = 1024 * 1024;

    private byte[] header = [], stored = [], raw = [];
    private long next = chunk.Offset;

    /// <summary>Where the page begins in the file.</summary>
    public long PageOffset { get; private set; } = chunk.Offset;

    /// <summary>The next page, whatever its kind; valid until the next call.</summary>
    public PageSection Next(out StoredPage page)
    {
        PageOffset = next;
        page = ReadHeader(out var headerBytes);
        page.Check();
        next += headerBytes;
        if (page.StoredBytes > file.PagesEnd - next) throw Damage.Is($"its {page.StoredBytes} bytes reach into the file's footer.");
        var isCompressed = page.IsCompressed && chunk.Codec != StoredCodec.Uncompressed;
        PageDecompressor.CheckSizes(isCompressed ? chunk.Codec : StoredCodec.Uncompressed, page.StoredBytes, page.RawBytes);
        Reserve(ref raw, page.RawBytes);
        if (isCompressed)
        {
            Reserve(ref stored, page.StoredBytes);
            ReadStored(page, stored);
            Decompress(page);
        }
        else
        {
            if (page.StoredBytes != page.RawBytes)
                throw Damage.Is($"its {page.StoredBytes} bytes are not the {page.RawBytes} its header says.");
            ReadStored(page, raw);
        }

        return new(raw, 0, page.RawBytes);
    }

    private void Decompress(StoredPage page)
    {
        // Levels of the second version are not compressed; a page without values may be said to be compressed and have no bytes.
        stored.AsSpan(0, page.LevelBytes).CopyTo(raw);
        var destination = raw.AsSpan(page.LevelBytes, page.RawBytes - page.LevelBytes);
        if (destination.IsEmpty) return;
        decompressor.Decompress(chunk.Codec, stored, page.LevelBytes, page.StoredBytes - page.LevelBytes, destination);
    }

    private void ReadStored(StoredPage page, byte[] into)
    {
        var bytes = into.AsSpan(0, page.StoredBytes);
        file.Read(next, bytes);
        next += page.StoredBytes;
        if (page.Crc is { } crc && Crc32.Of(bytes) != (uint)crc) throw Damage.Is("its checksum is not that of its bytes.");
    }

    // A header says nowhere how long it is: more is read until it is whole.
    private StoredPage ReadHeader(out int headerBytes)
    {
        for (var window = FirstHeaderBytes; ; window *= 16)
        {
            var count = (int)Math.Min(window, file.PagesEnd - next);
            if (count <= 0) throw Damage.Is("its pages reach into the file's footer.");
            if (header.Length < count) header = new byte[count];
            file.Read(next, header.AsSpan(0, count));
            try
            {
                return StoredPage.Read(header.AsSpan(0, count), out headerBytes);
            }
            catch (InvalidDataException) when (count == window && window < MaxHeaderBytes)
            {
                continue;
            }
        }
    }

    private static void Reserve(ref byte[] buffer, int count)
    {
        var needed = count + PageSection.SlackBytes;
        if (buffer.Length < needed) buffer = new byte[Math.Max(needed, Math.Min(buffer.Length * 2L, StoredPage.MaxBytes))];
    }
}

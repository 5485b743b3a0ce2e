namespace Pipeline.Parquet.Reading;

/// <summary>A file's bytes by their offset. Not for two threads at once.</summary>
/// <param name="file">Seekable; its position is moved about.</param>
internal sealed class FileBytes(Stream file)
{
    /// <summary>Bytes of the file.</summary>
    public long Length { get; } = file.Length;

    /// <summary>Where pages must end: set once the footer is known.</summary>
    public long PagesEnd { get; set; }

    /// <summary>Fills a span from an offset on.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Read(long offset, Span<byte> into)
    {
        if (offset < 0 || offset > Length - into.Length)
            throw Damage.Is($"{into.Length} bytes at {offset} lie outside the file of {Length}.");
        file.Position = offset;
        if (file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length)
            throw Damage.Is($"the file ends before byte {offset + into.Length}; it said that it has {Length}.");
    }
}

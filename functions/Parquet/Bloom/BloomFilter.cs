using System.Runtime.InteropServices;
using Pipeline.Parquet.Reading;

namespace Pipeline.Parquet.Bloom;

/// <summary>Tells, without its pages being read, that a column of a row group does not have a value.</summary>
public sealed class BloomFilter
{
    /// <summary>More than the format allows: https://parquet.apache.org/docs/file-format/bloomfilter/.</summary>
    private const int MaxBytes = 128 * 1024 * 1024, MaxHeaderBytes = 256;

    private readonly uint[] words;

    private BloomFilter(uint[] words) => this.words = words;

    /// <summary>Bytes of its bits.</summary>
    public int Bytes => words.Length * sizeof(uint);

    /// <summary>False when the row group surely does not have the value; true when it has it, and for about one in a hundred
    /// others.</summary>
    /// <param name="plain">The value as PLAIN lays it out, a text without its length: UTF-8; numbers, microseconds, days and decimals
    /// of up to 18 digits least significant byte first, in four or eight bytes; longer decimals most significant byte first.</param>
    public bool MayContain(ReadOnlySpan<byte> plain) => SplitBlocks.MayContain(words, XxHash64.Of(plain));

    /// <summary>Reads a filter; null when a later version of the format made it.</summary>
    internal static BloomFilter? Read(FileBytes file, long offset)
    {
        var room = file.PagesEnd - offset;
        if (offset < 4 || room <= 0)
            throw Damage.Is($"a bloom filter at {offset} lies outside the {file.PagesEnd} bytes before the footer.");
        Span<byte> header = stackalloc byte[(int)Math.Min(room, MaxHeaderBytes)];
        file.Read(offset, header);
        var bytes = BloomHeader.Read(header, out var headerBytes);
        if (bytes < 0) return null;
        if (bytes % SplitBlocks.Bytes != 0 || bytes > MaxBytes || bytes > room - headerBytes)
            throw Damage.Is($"a bloom filter of {bytes} bytes at {offset} is not one of whole blocks before the footer.");
        var words = new uint[bytes / sizeof(uint)];
        file.Read(offset + headerBytes, MemoryMarshal.AsBytes(words.AsSpan()));
        return new BloomFilter(words);
    }
}

using System.IO.Compression;
using Pipeline.Parquet.Codecs;

namespace Pipeline.Parquet.Reading;

/// <summary>Decompresses pages of any codec this reader knows. Not for two threads at once.</summary>
internal sealed class PageDecompressor : IDisposable
{
    private ZstdDecompressor? zstd;

    /// <summary>Refuses codecs it does not know.</summary>
    public static void Check(StoredCodec codec)
    {
        if (codec is StoredCodec.Uncompressed or StoredCodec.Snappy or StoredCodec.Gzip or StoredCodec.Zstd) return;
        throw Damage.Is($"its codec is {codec}; write it with none, snappy, gzip or zstd.");
    }

    /// <summary>Refuses a size that no data of the codec can have, before anything is allocated for it.</summary>
    /// <remarks>
    /// The most a byte can become: Snappy 64 in a copy of 3 bytes, deflate 258 in 2 bits, Zstandard a block of 128 KiB in 4 bytes.
    /// </remarks>
    public static void CheckSizes(StoredCodec codec, int storedBytes, int rawBytes)
    {
        var most = codec switch
        {
            StoredCodec.Uncompressed => storedBytes,
            StoredCodec.Snappy => storedBytes * 22L,
            StoredCodec.Gzip => storedBytes * 1032L,
            _ => storedBytes * 32768L,
        };
        if (rawBytes > most) throw Damage.Is($"{storedBytes} bytes of {codec} cannot become the {rawBytes} its header says.");
    }

    /// <summary>Fills the destination.</summary>
    /// <exception cref="InvalidDataException">The source is damaged, or becomes more or fewer bytes.</exception>
    /// <exception cref="DllNotFoundException">The codec's native library is absent.</exception>
    public void Decompress(StoredCodec codec, byte[] source, int from, int count, Span<byte> destination)
    {
        switch (codec)
        {
            case StoredCodec.Uncompressed when count == destination.Length: source.AsSpan(from, count).CopyTo(destination); break;
            case StoredCodec.Snappy: SnappyBlocks.Decompress(source.AsSpan(from, count), destination); break;
            case StoredCodec.Gzip: Inflate(source, from, count, destination); break;
            case StoredCodec.Zstd: Unpack(source.AsSpan(from, count), destination); break;
            default: throw WrongSize(destination.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => zstd?.Dispose();

    private static void Inflate(byte[] source, int from, int count, Span<byte> destination)
    {
        using var gzip = new GZipStream(new MemoryStream(source, from, count, writable: false), CompressionMode.Decompress);
        if (gzip.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length || gzip.ReadByte() >= 0)
            throw WrongSize(destination.Length);
    }

    private void Unpack(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (zstd is null)
        {
            ZstdNative.Require();
            zstd = new ZstdDecompressor();
        }

        if (zstd.Decompress(source, destination) != destination.Length) throw WrongSize(destination.Length);
    }

    private static InvalidDataException WrongSize(int rawBytes) =>
        Damage.Is($"it does not decompress to the {rawBytes} bytes its header says.");
}

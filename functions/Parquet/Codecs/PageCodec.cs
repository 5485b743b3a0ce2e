using System.IO.Compression;
using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Codecs;

/// <summary>Compresses pages, one after the other.</summary>
internal abstract class PageCodec : IDisposable
{
    /// <exception cref="DllNotFoundException">The codec's native library is absent.</exception>
    public static PageCodec Create(ParquetOptions options) => options.Codec switch
    {
        ParquetCodec.Snappy => new SnappyPages(),
        ParquetCodec.Gzip => new GzipPages(),
        ParquetCodec.Zstd => new ZstdPages(options.ZstdLevel),
        _ => new PlainPages(),
    };

    /// <summary>The compressed page, valid until the next call.</summary>
    /// <param name="isPacked">Its values are bits of no whole bytes, which seldom repeat: worth a look before the effort.</param>
    public abstract ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, bool isPacked);

    /// <inheritdoc/>
    public virtual void Dispose() { }
}

internal sealed class PlainPages : PageCodec
{
    public override ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, bool isPacked) => page;
}

internal sealed class SnappyPages : PageCodec
{
    private readonly ByteBuffer compressed = new();

    public SnappyPages() => Snappy.Require();

    public override ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, bool isPacked)
    {
        compressed.Clear();
        compressed.Advance(Snappy.Compress(page, compressed.Room(Snappy.MaxCompressedBytes(page.Length))));
        return compressed.Written;
    }
}

internal sealed class ZstdPages : PageCodec
{
    /// <summary>Bytes of a packed page that are compressed to see whether the rest pays; a smaller page than four times that is not
    /// probed.</summary>
    private const int ProbeBytes = 4096, ProbedPages = 4;

    private readonly ByteBuffer compressed = new();
    private readonly ZstdCompressor zstd;

    public ZstdPages(int level)
    {
        ZstdNative.Require();
        zstd = new ZstdCompressor(level);
    }

    public override ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, bool isPacked)
    {
        compressed.Clear();
        if (isPacked && page.Length >= ProbeBytes * ProbedPages && !Shrinks(page.Slice(page.Length / 2, ProbeBytes)))
        {
            ZstdFrame.Store(page, compressed);
            return compressed.Written;
        }

        compressed.Advance(zstd.Compress(page, compressed.Room(ZstdCompressor.MaxCompressedBytes(page.Length))));
        return compressed.Written;
    }

    public override void Dispose() => zstd.Dispose();

    private bool Shrinks(ReadOnlySpan<byte> part) =>
        zstd.Compress(part, compressed.Room(ZstdCompressor.MaxCompressedBytes(part.Length))) < part.Length - part.Length / 16;
}

internal sealed class GzipPages : PageCodec
{
    private readonly MemoryStream compressed = new();

    public override ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page, bool isPacked)
    {
        compressed.SetLength(0);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(page);
        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    public override void Dispose() => compressed.Dispose();
}

using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Codecs;

/// <summary>Zstandard (RFC 8878) by libzstd: one compression context, used again and again. Not for two threads at once.</summary>
public sealed class ZstdCompressor : IDisposable
{
    private nint context = ZstdNative.CreateCompressor();

    /// <param name="level">-7 (fastest) to 22 (smallest).</param>
    /// <param name="hashBits">Entries of the table that remembers where bytes stood, as a power of two; null for the level's own. One that
    /// fits the first-level cache finds the nearest repetition, which is the one that counts where records look alike.</param>
    public ZstdCompressor(int level, int? hashBits = null)
    {
        Set(ZstdNative.LevelParameter, level);
        if (hashBits is { } bits) Set(ZstdNative.HashBitsParameter, bits);
    }

    /// <summary>Bytes that hold the compressed form of so many bytes in the worst case.</summary>
    public static int MaxCompressedBytes(int rawBytes) => checked((int)ZstdNative.CompressBound((nuint)rawBytes));

    /// <summary>Compresses into one frame that states its content size.</summary>
    /// <param name="destination">At least <see cref="MaxCompressedBytes"/> of the source's length.</param>
    /// <returns>Bytes written.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        var written = ZstdNative.Compress(
            context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            in MemoryMarshal.GetReference(source), (nuint)source.Length);
        if (ZstdNative.IsError(written) != 0)
            throw new InvalidOperationException($"zstd could not compress: {ZstdNative.ErrorName(written)}.");
        return (int)written;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (context != 0) ZstdNative.FreeCompressor(context);
        context = 0;
    }

    private void Set(int parameter, int value)
    {
        var answer = ZstdNative.SetParameter(context, parameter, value);
        if (ZstdNative.IsError(answer) != 0)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"zstd refuses it: {ZstdNative.ErrorName(answer)}.");
    }
}

/// <summary>Zstandard (RFC 8878) by libzstd: one decompression context, used again and again. Not for two threads at once.</summary>
public sealed class ZstdDecompressor : IDisposable
{
    private nint context = ZstdNative.CreateDecompressor();

    /// <summary>Decompresses whole frames.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">The source is damaged, or larger than the destination.</exception>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        var written = ZstdNative.Decompress(
            context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            in MemoryMarshal.GetReference(source), (nuint)source.Length);
        if (ZstdNative.IsError(written) != 0) throw new InvalidDataException($"zstd data is damaged: {ZstdNative.ErrorName(written)}.");
        return (int)written;
    }

    /// <summary>Decompresses whole frames into room that may be too small.</summary>
    /// <returns>False when it is; some of it is written then.</returns>
    /// <exception cref="InvalidDataException">The source is damaged.</exception>
    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        var result = ZstdNative.Decompress(
            context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length,
            in MemoryMarshal.GetReference(source), (nuint)source.Length);
        written = 0;
        if (ZstdNative.ErrorCode(result) == ZstdNative.DestinationTooSmall) return false;
        if (ZstdNative.IsError(result) != 0) throw new InvalidDataException($"zstd data is damaged: {ZstdNative.ErrorName(result)}.");
        written = (int)result;
        return true;
    }

    /// <summary>Bytes that the first frame holds, by its own word; null when it does not say, or is no frame.</summary>
    public static long? ContentBytes(ReadOnlySpan<byte> source)
    {
        var bytes = ZstdNative.FrameContentSize(in MemoryMarshal.GetReference(source), (nuint)source.Length);
        return bytes <= long.MaxValue ? (long)bytes : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (context != 0) ZstdNative.FreeDecompressor(context);
        context = 0;
    }
}

/// <summary>libzstd's C interface (https://facebook.github.io/zstd/zstd_manual.html).</summary>
internal static partial class ZstdNative
{
    /// <summary>Numbers of ZSTD_cParameter, which are part of its stable interface.</summary>
    internal const int LevelParameter = 100, HashBitsParameter = 102;

    private const string Library = "libzstd.so.1";

    /// <summary>ZSTD_error_dstSize_tooSmall of zstd_errors.h, which never changes.</summary>
    internal const int DestinationTooSmall = 70;

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")] internal static partial nint CreateCompressor();
    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")] internal static partial nuint FreeCompressor(nint context);
    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")] internal static partial nint CreateDecompressor();
    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")] internal static partial nuint FreeDecompressor(nint context);
    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")] internal static partial nuint CompressBound(nuint rawBytes);
    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorCode")] internal static partial int ErrorCode(nuint code);
    [LibraryImport(Library, EntryPoint = "ZSTD_isError")] internal static partial uint IsError(nuint code);
    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")] private static partial nint ErrorNamePointer(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getFrameContentSize")]
    internal static partial ulong FrameContentSize(in byte source, nuint sourceBytes);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    internal static partial nuint Compress(
        nint context, ref byte destination, nuint destinationBytes, in byte source, nuint sourceBytes);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    internal static partial nuint Decompress(
        nint context, ref byte destination, nuint destinationBytes, in byte source, nuint sourceBytes);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    internal static partial nuint DecompressStream(nint context, ref ZstdBuffer output, ref ZstdBuffer input);

    /// <exception cref="DllNotFoundException">libzstd is absent.</exception>
    internal static void Require() => NativeLibraries.Require(Library, "libzstd1");

    internal static string ErrorName(nuint code) => Marshal.PtrToStringUTF8(ErrorNamePointer(code)) ?? "unknown error";
}

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer: memory, its size, and how much of it was read or written.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct ZstdBuffer(nint Bytes, nuint Size, nuint Done);

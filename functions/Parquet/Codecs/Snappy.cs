using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Codecs;

/// <summary>Snappy's raw format by libsnappy (https://github.com/google/snappy/blob/main/snappy-c.h). Keeps no state.</summary>
public static partial class Snappy
{
    private const string Library = "libsnappy.so.1";

    /// <summary>Bytes that hold the compressed form of so many bytes in the worst case.</summary>
    public static int MaxCompressedBytes(int rawBytes) => checked((int)MaxCompressedLength((nuint)rawBytes));

    /// <summary>Compresses a block.</summary>
    /// <param name="destination">At least <see cref="MaxCompressedBytes"/> of the source's length.</param>
    /// <returns>Bytes written.</returns>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = (nuint)destination.Length;
        var status = Compress(
            in MemoryMarshal.GetReference(source), (nuint)source.Length, ref MemoryMarshal.GetReference(destination), ref written);
        if (status != 0) throw new InvalidOperationException($"snappy could not compress {source.Length} bytes (status {status}).");
        return (int)written;
    }

    /// <summary>Bytes that a compressed block holds, by its own word.</summary>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public static long RawBytes(ReadOnlySpan<byte> block)
    {
        if (UncompressedLength(in MemoryMarshal.GetReference(block), (nuint)block.Length, out var rawBytes) != 0)
            throw new InvalidDataException("snappy data is damaged");
        return (long)rawBytes;
    }

    /// <summary>Decompresses a block.</summary>
    /// <param name="destination">Of exactly <see cref="RawBytes"/>.</param>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public static void Decompress(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        var written = (nuint)destination.Length;
        var status = Uncompress(
            in MemoryMarshal.GetReference(block), (nuint)block.Length, ref MemoryMarshal.GetReference(destination), ref written);
        if (status != 0 || (int)written != destination.Length) throw new InvalidDataException("snappy data is damaged");
    }

    /// <exception cref="DllNotFoundException">libsnappy is absent.</exception>
    internal static void Require() => NativeLibraries.Require(Library, "libsnappy1v5");

    [LibraryImport(Library, EntryPoint = "snappy_max_compressed_length")] private static partial nuint MaxCompressedLength(nuint rawBytes);

    [LibraryImport(Library, EntryPoint = "snappy_compress")]
    private static partial int Compress(in byte source, nuint sourceBytes, ref byte destination, ref nuint destinationBytes);

    [LibraryImport(Library, EntryPoint = "snappy_uncompressed_length")]
    private static partial int UncompressedLength(in byte block, nuint blockBytes, out nuint rawBytes);

    [LibraryImport(Library, EntryPoint = "snappy_uncompress")]
    private static partial int Uncompress(in byte block, nuint blockBytes, ref byte destination, ref nuint destinationBytes);
}

using System.Runtime.InteropServices;
using Pipeline.Parquet.Codecs;

namespace Pipeline.Parquet.Reading;

/// <summary>Reads Snappy's raw format by libsnappy (https://github.com/google/snappy/blob/main/snappy-c.h).</summary>
internal static partial class SnappyBlocks
{
    private const string Library = "libsnappy.so.1";

    /// <summary>Decompresses a block that fills the destination.</summary>
    /// <exception cref="InvalidDataException">The source is damaged, or of another size.</exception>
    /// <exception cref="DllNotFoundException">libsnappy is absent.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Snappy.Require();
        var written = (nuint)destination.Length;
        var status = Uncompress(
            in MemoryMarshal.GetReference(source), (nuint)source.Length, ref MemoryMarshal.GetReference(destination), ref written);
        if (status != 0 || written != (nuint)destination.Length)
            throw Damage.Is($"its snappy data is damaged or not of the {destination.Length} bytes its header says.");
    }

    [LibraryImport(Library, EntryPoint = "snappy_uncompress")]
    private static partial int Uncompress(in byte source, nuint sourceBytes, ref byte destination, ref nuint destinationBytes);
}

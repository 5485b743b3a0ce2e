using System.Runtime.InteropServices;

namespace Pipeline.Sandbox.Feeding;

/// <summary>Bytes a record takes in the broker's log, alone in its batch and compressed as the producer compresses it.</summary>
/// <remarks>
/// The mock broker keeps 5 MiB of a topic-partition. When an append makes it drop everything that stood before, it sets its low
/// watermark behind the new batch too, and nobody can read that. Two neighbours of at most half of 5 MiB never come to that.
/// https://github.com/confluentinc/librdkafka/blob/v2.0.2/src/rdkafka_mock.c (rd_kafka_mock_msgset_destroy)
/// </remarks>
internal static partial class StoredSize
{
    /// <summary>Largest that can be carried; what is left of 2.5 MiB is room for the batch's header.</summary>
    public const int MaxBytes = 2_620_000;

    private const int ProducerLevel = 3;

    /// <summary>The size, exactly where the raw record would not fit, and its raw size where it would.</summary>
    public static long Of(ReadOnlySpan<byte> record)
    {
        if (record.Length <= MaxBytes) return record.Length;
        var compressed = new byte[Bound((nuint)record.Length)];
        return (long)Compress(compressed, (nuint)compressed.Length, record, (nuint)record.Length, ProducerLevel);
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_compressBound")] private static partial nuint Bound(nuint bytes);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_compress")]
    private static partial nuint Compress(Span<byte> target, nuint capacity, ReadOnlySpan<byte> source, nuint bytes, int level);
}

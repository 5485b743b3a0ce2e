using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Segments;
using Pipeline.Transforms;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms.Files;

/// <summary>Dropped files, cut, landed and decoded as the product does it.</summary>
internal static class GivenFiles
{
    public const long FileNumber = 3;

    private static readonly string[] EmptyIsNull = [""];

    /// <summary>A contract that reads CSV files with these fields; with a header line when there are none.</summary>
    public static DatasetContract Csv(DatasetContract contract, string[]? fields = null, char delimiter = ',', string[]? nulls = null) => contract with
    {
        Source = new(SourceKind.Files, "", RecordFormat.Csv) { Folder = "drop", Csv = new(delimiter, fields ?? [], nulls ?? EmptyIsNull) },
    };

    public static DatasetContract JsonLines(DatasetContract contract) => contract with
    {
        Source = new(SourceKind.Files, "", RecordFormat.Json) { Folder = "drop" },
    };

    /// <summary>The chunks of a file; their bytes are copied.</summary>
    public static List<FileChunk> Cut(DatasetContract contract, Stream file, int chunkBytes = 1 << 20)
    {
        var chunks = new List<FileChunk>();
        CollectAsync().GetAwaiter().GetResult();
        return chunks;

        async Task CollectAsync()
        {
            await foreach (var chunk in FileCutters.For(contract.Source, contract.Limits, chunkBytes).CutAsync(file, default))
                chunks.Add(chunk with { Header = chunk.Header.ToArray(), Value = chunk.Value.ToArray() });
        }
    }

    public static Decoded Decode(DatasetContract contract, string file, int chunkBytes = 1 << 20) =>
        Decode(contract, new MemoryStream(Encoding.UTF8.GetBytes(file)), chunkBytes);

    public static Decoded Decode(DatasetContract contract, Stream file, int chunkBytes = 1 << 20) => Decode(contract, Cut(contract, file, chunkBytes));

    /// <summary>Decodes chunks through a real segment.</summary>
    public static Decoded Decode(DatasetContract contract, IEnumerable<FileChunk> chunks, IReadOnlyDictionary<long, string>? refused = null)
    {
        using var reader = new SegmentReader();
        reader.Open(new MemoryStream(Given.Segment(chunks.Select(chunk =>
            new RawRecord((FileNumber << 40) + chunk.Position, 1_698_000_000_000, chunk.Header, true, chunk.Value, true)))));
        using var decoder = BlockDecoders.For(contract);
        var result = new Decoded(contract);
        result.Batch.Shard = ShardNames.Files(contract.Source.Folder);
        while (reader.ReadAsync(default).AsTask().Result is { } block)
            result.Records += decoder.Decode(block, result.Batch, result.Rejections, result.Unknown, refused);
        return result;
    }

    /// <summary>Decodes messages of CSV.</summary>
    public static Decoded DecodeMessages(DatasetContract contract, params IEnumerable<byte[]?> messages)
    {
        using var reader = new SegmentReader();
        reader.Open(new MemoryStream(Given.Segment(messages.Select((message, i) => Given.Record(i, message)))));
        using var decoder = BlockDecoders.For(contract);
        var result = new Decoded(contract);
        result.Batch.Shard = new("clicks-0", 0);
        while (reader.ReadAsync(default).AsTask().Result is { } block)
            result.Records += decoder.Decode(block, result.Batch, result.Rejections, result.Unknown);
        return result;
    }
}

/// <summary>A stream that gives some bytes at a time, as stores do.</summary>
internal sealed class DribblingStream(byte[] bytes, Random random, int most) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, most + 1))], cancellationToken);
}

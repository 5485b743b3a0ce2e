using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Sources.Sqs;

/// <summary>Finds the messages that the dataset's own decoder would refuse: it is run on them as it will be on the segment.</summary>
internal sealed class PoisonCheck(DatasetContract contract, Shard shard, IRates rates) : IRejectionSink, IDisposable
{
    private readonly IBlockDecoder decoder = BlockDecoders.For(contract, rates);
    private readonly RecordBatch rows = RecordBatches.For(contract);
    private readonly List<PoisonMessage> found = [];
    private IReadOnlyList<SqsMessage> messages = [];

    /// <summary>The refused ones, each with the reason.</summary>
    public async Task<IReadOnlyList<PoisonMessage>> FindAsync(IReadOnlyList<SqsMessage> candidates, CancellationToken stopping)
    {
        found.Clear();
        messages = candidates;
        using var writer = new SegmentWriter();
        for (var i = 0; i < candidates.Count; i++) writer.Append(candidates[i].ToRecord(i));
        using var content = new MemoryStream(writer.Finish().ToArray(), writable: false);
        using var reader = new SegmentReader();
        reader.Open(content);
        while (await reader.ReadAsync(stopping) is { } block)
        {
            rows.Clear();
            rows.Shard = shard;
            decoder.Decode(block, rows, this, new UnknownFieldCounter());
        }
        return [.. found];
    }

    /// <inheritdoc/>
    public void Refuse(in Rejection rejection) =>
        found.Add(new(messages[(int)rejection.Position], rejection.Code, rejection.Field, rejection.Message));

    /// <inheritdoc/>
    public void Dispose() => decoder.Dispose();
}

/// <summary>Messages as raw records of the domain.</summary>
internal static class SqsRecords
{
    /// <summary>The body is the value; the time it was sent is the timestamp.</summary>
    public static RawRecord ToRecord(this SqsMessage message, long position) =>
        new(position, message.SentMs, default, HasKey: false, message.Body, HasValue: true);
}

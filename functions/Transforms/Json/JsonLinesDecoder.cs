using Pipeline.Transforms.Files;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Json;

/// <summary>Decodes pieces of dropped files that hold a JSON object on each line; lines of white space are skipped.</summary>
internal sealed class JsonLinesDecoder(JsonDecodePlan plan) : ChunkDecoder(plan.Contract.Limits.MaxRecordBytes)
{
    private readonly JsonDecoder decoder = new(plan);
    private readonly SegmentBlock lines = new();

    /// <inheritdoc/>
    public override void Dispose() => lines.Dispose();

    /// <inheritdoc/>
    protected override Fault? Open(ChunkHeader chunks) => null;

    /// <inheritdoc/>
    protected override int DecodeChunk(
        SegmentBlock block, int chunk, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused)
    {
        lines.OpenLines(block, chunk);
        decoder.Decode(lines, batch, rejections, unknown, refused);
        return lines.Count;
    }
}

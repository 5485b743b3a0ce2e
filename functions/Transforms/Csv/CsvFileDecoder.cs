using Pipeline.Domain.Publications;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Csv;

/// <summary>Decodes pieces of dropped CSV files.</summary>
internal sealed class CsvFileDecoder(JsonDecodePlan plan) : ChunkDecoder(plan.Contract.Limits.MaxRecordBytes)
{
    private readonly CsvRows rows = new(plan);
    private CsvFields fields = null!;

    /// <inheritdoc/>
    public override void Dispose() { }

    /// <inheritdoc/>
    protected override Fault? Open(ChunkHeader chunks)
    {
        if (plan.Contract.Source.Csv!.Fields.Count != 0) fields = CsvFields.OfContract(plan);
        else if (chunks.Fields is { } names) fields = CsvFields.OfHeader(plan, names);
        else return new(RejectionCode.DamagedFile, "", "The piece was landed without the names of its fields, and the contract has none.");
        return fields.Fault;
    }

    /// <inheritdoc/>
    protected override int DecodeChunk(
        SegmentBlock block, int chunk, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused)
    {
        var (start, shift) = (block.Starts[chunk], block.Positions[chunk] - block.Starts[chunk]);
        var (records, taken) = (0, 0);
        rows.Bind(batch, rejections);
        rows.Scanner.Begin(start, start + block.Lengths[chunk]);
        while (rows.Scanner.Read(block.Padded))
        {
            records += rows.Scanner.Records.Length;
            taken += rows.Take(block, fields, shift, refused);
        }
        rows.Append(block);
        if (taken != 0)
            foreach (var name in fields.Unknown) unknown.Count("", name, taken);
        return records;
    }
}

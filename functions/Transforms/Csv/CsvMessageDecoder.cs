using System.Text.Unicode;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Csv;

/// <summary>Decodes messages that each hold one record of CSV, perhaps with a line break behind it; the contract names the
/// fields.</summary>
internal sealed class CsvMessageDecoder(JsonDecodePlan plan) : IBlockDecoder
{
    private readonly CsvFields fields = CsvFields.OfContract(plan);
    private readonly CsvRows rows = new(plan);
    private readonly int limit = plan.Contract.Limits.MaxRecordBytes;

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        rows.Bind(batch, rejections);
        for (var i = 0; i < block.Count; i++)
        {
            var (position, start, length) = (block.Positions[i], block.Starts[i], Math.Max(0, block.Lengths[i]));
            if (FaultOf(block, i) is { } fault) rows.Refuse(fault, block, position, start, length);
            else rows.TakeOne(block, fields, position, start, length, refused?.GetValueOrDefault(position));
        }
        rows.Append(block);
        return block.Count;
    }

    /// <inheritdoc/>
    public void Dispose() { }

    private Fault? FaultOf(SegmentBlock block, int message)
    {
        var (start, length) = (block.Starts[message], block.Lengths[message]);
        if (length < 0) return new(RejectionCode.NoValue, "", RejectionText.NoValue);
        if (length > limit) return new(RejectionCode.TooLarge, "", RejectionText.TooLarge(length, limit));
        var text = block.Padded.Slice(start, length);
        if (!Utf8.IsValid(text)) return CsvFaults.NotUtf8(text);
        rows.Scanner.Begin(text.StartsWith("\uFEFF"u8) ? start + 3 : start, start + length);
        if (!rows.Scanner.Read(block.Padded)) return CsvFaults.Ragged(0, fields.Count);
        var records = rows.Scanner.Records;
        if (records.Length > 1 && records[0].Fault == CsvFault.None)
            return new(RejectionCode.SeveralRecords, "", "The message holds more than one record of CSV.");
        return CsvFaults.Of(records[0], block.Padded, fields.Count, limit);
    }
}

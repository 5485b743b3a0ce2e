using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Json;

/// <summary>Decodes blocks of JSON records into columns, UTF-8 bytes to values, allocating nothing for a record it accepts.</summary>
/// <remarks>
/// Each record ends in the batch or at the sink, never both and never neither. In this order: no value, too large, not UTF-8, the first
/// fault of syntax in byte order, the first fault of a field in the contract's column order. A byte order mark before the object is
/// skipped (RFC 8259 section 8.1 allows it). Not for two threads at once.
/// </remarks>
public sealed class JsonDecoder
{
    private readonly JsonDecodePlan plan;
    private readonly RowAppender rows;
    private readonly TokenGroup group;
    private readonly JsonScanner scanner;
    private readonly ShapeCache shapes = new();

    /// <summary>A decoder of one contract's records.</summary>
    public JsonDecoder(JsonDecodePlan plan)
    {
        this.plan = plan;
        rows = new(plan);
        group = rows.Group;
        scanner = new(plan, group);
    }

    /// <summary>Appends a block's acceptable records to the batch and hands the others to the sink, in the order of the block.</summary>
    /// <param name="batch">Made by <see cref="RecordBatches.For"/>; its shard names the rejections. When it is empty, a text column may
    /// be replaced by one that suits its texts better.</param>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    public void Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        rows.Bind(batch, rejections);
        shapes.Begin(unknown);
        var run = block.Padded;
        var starts = block.Starts;
        var lengths = block.Lengths;
        var positions = block.Positions;
        var limit = plan.Contract.Limits.MaxRecordBytes;
        var isUtf8 = false;
        for (var i = 0; i < starts.Length; i++)
        {
            if (i % TokenGroup.Capacity == 0) isUtf8 = AreUtf8(block, i);
            if (group.IsFull) rows.Append(block);
            var (start, length) = (starts[i], lengths[i]);
            if (isUtf8 && refused is null && (uint)length <= (uint)limit
                && shapes.TryRead(scanner, run, start, start + length))
                group.Add(positions[i], start, length);
            else Take(i, isUtf8, block, unknown, refused);
        }
        rows.Append(block);
        shapes.End();
        scanner.CountLearned(unknown);
    }

    /// <summary>Takes a record of which nothing is known.</summary>
    private void Take(int record, bool isUtf8, SegmentBlock block, UnknownFieldCounter unknown, IReadOnlyDictionary<long, string>? refused)
    {
        var run = block.Padded;
        var (position, start, length) = (block.Positions[record], block.Starts[record], Math.Max(0, block.Lengths[record]));
        var fault = Whole(run.Slice(start, length), block.Lengths[record] < 0, isUtf8) ?? Syntax(run, start, length, unknown);
        if (fault is { } found) rows.Refuse(found, block, position, start, length);
        else if (refused is not null && refused.TryGetValue(position, out var reason))
            rows.RefuseForTable(reason, block, position, start, length);
        else group.Add(position, start, length);
    }

    /// <summary>Whether a group's worth of records are UTF-8: looked at when they are read next, so that they are loaded once.</summary>
    private static bool AreUtf8(SegmentBlock block, int first)
    {
        var last = Math.Min(first + TokenGroup.Capacity, block.Count) - 1;
        return Utf8.IsValid(block.Padded[block.Starts[first]..(block.Starts[last] + Math.Max(0, block.Lengths[last]))]);
    }

    private Fault? Whole(ReadOnlySpan<byte> record, bool isNull, bool isUtf8)
    {
        if (isNull) return new(RejectionCode.NoValue, "", RejectionText.NoValue);
        var limit = plan.Contract.Limits.MaxRecordBytes;
        if (record.Length > limit) return new(RejectionCode.TooLarge, "", RejectionText.TooLarge(record.Length, limit));
        if (isUtf8 || FirstBadByte(record) is not { } at) return null;
        return new(RejectionCode.BadUtf8, "", RejectionText.OfSyntax(RejectionCode.BadUtf8, at, ""));
    }

    private Fault? Syntax(ReadOnlySpan<byte> run, int start, int length, UnknownFieldCounter unknown)
    {
        if (!scanner.Scan(run, start, length, shapes.IsLearning))
            return new(scanner.Code, scanner.Field, RejectionText.OfSyntax(scanner.Code, scanner.At - start, scanner.Field));
        scanner.TakeUnknown(run, unknown);
        shapes.Learn(scanner, run, start, start + length);
        return null;
    }

    /// <summary>The first byte that cannot be UTF-8. A character cut off by the record's end is none: the scanner finds that end.</summary>
    private static int? FirstBadByte(ReadOnlySpan<byte> record)
    {
        if (Utf8.IsValid(record)) return null;
        for (var at = 0; ;)
        {
            var status = Rune.DecodeFromUtf8(record[at..], out _, out var read);
            if (status == OperationStatus.InvalidData) return at;
            if (status == OperationStatus.NeedMoreData) return null;
            at += read;
        }
    }
}

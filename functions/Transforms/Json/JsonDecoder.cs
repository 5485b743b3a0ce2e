using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json.Fields;
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
    private readonly JsonScanner scanner;
    private readonly FieldDecoder[] fields;
    private readonly DerivedDate[] derived;
    private readonly RejectionText sentences = new();

    /// <summary>A decoder of one contract's records.</summary>
    public JsonDecoder(JsonDecodePlan plan)
    {
        this.plan = plan;
        scanner = new(plan);
        fields = plan.FieldDecoders(new());
        derived = plan.DerivedDates();
    }

    /// <summary>Appends a block's acceptable records to the batch and hands the others to the sink.</summary>
    /// <param name="batch">Made by <see cref="RecordBatches.For"/>; its shard names the rejections.</param>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    public void Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        foreach (var field in fields) field.Bind(batch.Columns[field.Index]);
        var run = block.Values;
        var isUtf8 = Utf8.IsValid(run.Span);
        for (var i = 0; i < block.Count; i++)
        {
            var position = block.Positions[i];
            var record = run.Slice(block.Starts[i], Math.Max(0, block.Lengths[i]));
            var fault = Whole(record.Span, block.Lengths[i] < 0, isUtf8)
                ?? Syntax(run.Span, block.Starts[i], record.Length, unknown)
                ?? Row(run.Span, batch)
                ?? Table(refused, position, batch);
            if (fault is { } found) rejections.Refuse(new(found.Code, found.Field, batch.Shard, position, found.Message, record));
            else batch.Positions.Append(position);
        }
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
        if (scanner.Scan(run, start, length))
        {
            scanner.CountUnknown(run, unknown);
            return null;
        }
        return new(scanner.Code, scanner.Field, RejectionText.OfSyntax(scanner.Code, scanner.At - start, scanner.Field));
    }

    private Fault? Row(ReadOnlySpan<byte> run, RecordBatch batch)
    {
        foreach (var field in fields)
        {
            if (field.Append(scanner.Tokens, run, out var path) is not { } code) continue;
            Undo(batch);
            return new(code, path, sentences.OfField(code, path));
        }
        foreach (var date in derived) date.Append(batch);
        return null;
    }

    private static Fault? Table(IReadOnlyDictionary<long, string>? refused, long position, RecordBatch batch)
    {
        if (refused is null || !refused.TryGetValue(position, out var reason)) return null;
        Undo(batch);
        return new(RejectionCode.TableRefused, "", $"The warehouse table refused the row: {reason}");
    }

    private static void Undo(RecordBatch batch)
    {
        foreach (var column in batch.Columns) column.Truncate(batch.Rows);
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

    private readonly record struct Fault(RejectionCode Code, string Field, string Message);
}

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
    private readonly TokenGroup group;
    private readonly JsonScanner scanner;
    private readonly ShapeCache shapes = new();
    private readonly FieldDecoder[] fields;
    private readonly DerivedColumn[] derived;
    private readonly RejectionText sentences = new();

    /// <summary>A decoder of one contract's records.</summary>
    public JsonDecoder(JsonDecodePlan plan)
    {
        this.plan = plan;
        group = new(plan.Slots);
        scanner = new(plan, group);
        fields = plan.FieldDecoders(new());
        derived = plan.DerivedColumns();
    }

    /// <summary>Appends a block's acceptable records to the batch and hands the others to the sink, in the order of the block.</summary>
    /// <param name="batch">Made by <see cref="RecordBatches.For"/>; its shard names the rejections. When it is empty, a text column may
    /// be replaced by one that suits its texts better.</param>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    public void Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        foreach (var field in fields) field.Bind(batch);
        shapes.Begin(unknown);
        var run = block.Padded;
        var starts = block.Starts;
        var lengths = block.Lengths;
        var limit = plan.Contract.Limits.MaxRecordBytes;
        var isUtf8 = false;
        for (var i = 0; i < starts.Length; i++)
        {
            if (i % TokenGroup.Capacity == 0) isUtf8 = AreUtf8(block, i);
            if (group.IsFull) Append(block, batch, rejections);
            var (start, length) = (starts[i], lengths[i]);
            if (isUtf8 && refused is null && (uint)length <= (uint)limit
                && shapes.TryRead(scanner, run, start, start + length))
                group.Add(i);
            else Take(i, isUtf8, block, batch, rejections, unknown, refused);
        }
        Append(block, batch, rejections);
        shapes.End();
        scanner.CountLearned(unknown);
    }

    /// <summary>Takes a record of which nothing is known.</summary>
    private void Take(
        int record, bool isUtf8, SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused)
    {
        var run = block.Padded;
        var (start, length) = (block.Starts[record], Math.Max(0, block.Lengths[record]));
        var fault = Whole(run.Slice(start, length), block.Lengths[record] < 0, isUtf8)
            ?? Syntax(run, start, length, unknown)
            ?? Table(refused, block.Positions[record]);
        if (fault is not { } found) group.Add(record);
        else if (found.Code != RejectionCode.TableRefused || IsRow(record, block, batch, rejections))
        {
            Append(block, batch, rejections);
            Refuse(found, record, block, batch, rejections);
        }
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

    private static Fault? Table(IReadOnlyDictionary<long, string>? refused, long position) =>
        refused is not null && refused.TryGetValue(position, out var reason)
            ? new(RejectionCode.TableRefused, "", $"The warehouse table refused the row: {reason}")
            : null;

    /// <summary>Whether a record that the table refused is a row at all; another fault of it comes first, and is told here.</summary>
    private bool IsRow(int record, SegmentBlock block, RecordBatch batch, IRejectionSink rejections)
    {
        group.Add(record);
        Append(block, batch, rejections);
        if (batch.Positions.Count == 0 || batch.Positions.Values[^1] != block.Positions[record]) return false;
        batch.Truncate(batch.Rows - 1);
        return true;
    }

    /// <summary>Appends the group's records, column by column. Where one has a fault, the rows before it stay, and those behind it are
    /// appended anew.</summary>
    private void Append(SegmentBlock block, RecordBatch batch, IRejectionSink rejections)
    {
        var run = block.Padded;
        for (var from = 0; from < group.Count;)
        {
            var (until, fault) = (group.Count, default(Fault?));
            foreach (var field in fields)
            {
                var stopped = field.AppendRun(group, from, until, run, out var code, out var path);
                if (stopped == until) continue;
                (until, fault) = (stopped, new(code, path, sentences.OfField(code, path)));
            }
            var rows = batch.Rows + until - from;
            foreach (var column in derived)
            {
                var stopped = column.Append(batch, rows);
                if (stopped == rows) continue;
                (until, rows) = (until - (rows - stopped), stopped);
                fault = new(RejectionCode.OutOfRange, column.Name, sentences.OfField(RejectionCode.OutOfRange, column.Name));
            }
            if (fault is not null) batch.Truncate(rows);
            AppendPositions(block, batch, group.Records[from..until]);
            if (fault is { } found) Refuse(found, group.Records[until++], block, batch, rejections);
            from = until;
        }
        group.Clear();
    }

    private static void AppendPositions(SegmentBlock block, RecordBatch batch, ReadOnlySpan<int> records)
    {
        var room = batch.Positions.Room(records.Length);
        var positions = block.Positions;
        for (var i = 0; i < records.Length; i++) room[i] = positions[records[i]];
        batch.Positions.Advance(records.Length);
    }

    private static void Refuse(in Fault fault, int record, SegmentBlock block, RecordBatch batch, IRejectionSink rejections) =>
        rejections.Refuse(new(fault.Code, fault.Field, batch.Shard, block.Positions[record], fault.Message, block.Value(record)));

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

using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Json;

/// <summary>Turns records that were read into rows, column by column, whatever their format; those with a fault go to the sink.</summary>
/// <remarks>The first fault in the contract's column order is told. Rows and refusals come in the records' order.</remarks>
internal sealed class RowAppender(JsonDecodePlan plan)
{
    private readonly GroupAppender columns = new(plan.FieldDecoders(new()), plan.DerivedColumns());
    private RecordBatch batch = null!;
    private IRejectionSink rejections = null!;
    private bool isLastRow;

    /// <summary>The records that were read and are not rows yet.</summary>
    public TokenGroup Group { get; } = new(plan.Slots);

    /// <summary>Takes where the next records go.</summary>
    public void Bind(RecordBatch target, IRejectionSink sink)
    {
        (batch, rejections) = (target, sink);
        columns.Bind(target);
    }

    /// <summary>Appends the group's records. Where one has a fault, the rows before it stay, and those behind it are appended
    /// anew.</summary>
    public void Append(SegmentBlock block)
    {
        var run = block.Padded;
        for (var from = 0; from < Group.Count;)
        {
            var until = columns.Append(Group, from, run, batch, out var fault);
            isLastRow = fault is null;
            Group.Positions[from..until].CopyTo(batch.Positions.Room(until - from));
            batch.Positions.Advance(until - from);
            if (fault is { } found) Tell(found, block, Group.Positions[until], Group.Values[until++]);
            from = until;
        }
        Group.Clear();
    }

    /// <summary>Refuses a record, the ones before it first.</summary>
    public void Refuse(in Fault fault, SegmentBlock block, long position, int start, int length)
    {
        Append(block);
        Tell(fault, block, position, new(start, length));
    }

    /// <summary>Refuses the record that was read last and that the table refused in an earlier round. Another fault of it comes first, and
    /// is told instead.</summary>
    public void RefuseForTable(string reason, SegmentBlock block, long position, int start, int length)
    {
        Group.Add(position, start, length);
        Append(block);
        if (!isLastRow) return;
        batch.Truncate(batch.Rows - 1);
        Tell(new(RejectionCode.TableRefused, "", $"The warehouse table refused the row: {reason}"), block, position, new(start, length));
    }

    private void Tell(in Fault fault, SegmentBlock block, long position, TextPlace value) => rejections.Refuse(
        new(fault.Code, fault.Field, batch.Shard, position, fault.Message, block.Values.Slice(value.Start, value.Length)));
}

/// <summary>Why a record is refused.</summary>
/// <param name="Field">Path of the field at fault; empty for the record as such.</param>
/// <param name="Message">One sentence without any value.</param>
internal readonly record struct Fault(RejectionCode Code, string Field, string Message);

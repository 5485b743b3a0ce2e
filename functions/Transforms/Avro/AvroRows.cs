using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Plans;
using Pipeline.Transforms.Avro.Reading;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Avro;

/// <summary>Makes rows of data, one datum after the other, and allocates nothing for one it accepts.</summary>
/// <remarks>
/// A unit is what is accepted or refused together: a block of a file, or all of a segment's messages, which are each by themselves.
/// Refusals wait until the unit ends, and leave no trace when it is taken back.
/// </remarks>
internal sealed class AvroRows
{
    /// <summary>Bytes of texts that are made of values at which rows are appended, whatever their number.</summary>
    private const int MaxTextBytes = 4 << 20;

    private readonly AvroColumns columns;
    private readonly Constants constants = new();
    private readonly TokenGroup group;
    private readonly AvroMachine machine;
    private readonly GroupAppender appender;
    private readonly List<(Fault Fault, int Start, int Length, long Position)> refusals = [];
    private readonly int limit;
    private RecordBatch batch = null!;
    private IReadOnlyDictionary<long, string>? tableRefused;
    private int dataEnd;
    private int rowsBefore;

    public AvroRows(AvroColumns columns)
    {
        this.columns = columns;
        limit = columns.Contract.Limits.MaxRecordBytes;
        group = new(columns.Slots);
        machine = new(columns.Slots, columns.Contract.Limits.MaxDepth);
        appender = new(columns.FieldDecoders(), columns.DerivedColumns());
    }

    /// <summary>Where the data begin in the run.</summary>
    public int DataStart => constants.Bytes.Length;

    /// <summary>Behind the last datum that was read.</summary>
    public int At => machine.At;

    /// <summary>Why <see cref="TryTake"/> took nothing.</summary>
    public string Damage => machine.Damage!;

    /// <summary>The plan for a writer's schema; make all that a unit needs before it begins.</summary>
    public AvroPlan Compile(AvroType writer) => AvroPlanner.Compile(columns, writer, constants);

    /// <summary>Takes the batch that the next units' rows are appended to.</summary>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    public void Bind(RecordBatch rows, IReadOnlyDictionary<long, string>? refused)
    {
        (batch, tableRefused) = (rows, refused);
        appender.Bind(rows);
    }

    /// <summary>Begins a unit.</summary>
    /// <returns>Room for its data, which begin at <see cref="DataStart"/>.</returns>
    public Span<byte> Begin(int dataBytes)
    {
        rowsBefore = batch.Rows;
        refusals.Clear();
        var room = machine.Begin(constants.Bytes, dataBytes);
        dataEnd = machine.Tail;
        return room;
    }

    /// <summary>Makes rows of the datum that stands at a place.</summary>
    /// <param name="end">Behind the last byte it may have.</param>
    /// <param name="origin">Where what is refused with it begins.</param>
    /// <param name="isWhole">It must have all bytes up to there.</param>
    /// <returns>False when its bytes are no value of the schema: nothing of it was taken, and it is the caller's to refuse.</returns>
    public bool TryTake(AvroPlan plan, int start, int end, int origin, long position, bool isWhole)
    {
        if (group.Count == 0) machine.TruncateTail(dataEnd);
        machine.Open(start, end, limit);
        if (!plan.Root.Read(machine)) return false;
        if (isWhole && machine.At != end) return machine.Stop("begin bytes behind the end of its datum");
        var place = (origin, (isWhole ? end : machine.At) - origin, position);
        if (plan.Refusal is var (code, field, message)) Refuse(new(code, field, message), place);
        else if (machine.At - start > limit)
            Refuse(new(RejectionCode.TooLarge, "", RejectionText.TooLarge(machine.At - start, limit)), place);
        else if (machine.Fault is var (fault, path)) Refuse(new(fault, path, appender.Sentence(fault, path)), place);
        else if (columns.RowsOf is null) Add(place);
        else if (!TryTakeItems(place)) return false;
        plan.Uncounted++;
        return true;
    }

    /// <summary>The sentence for a record of which nothing was taken.</summary>
    /// <param name="origin">Where the byte that is told is counted from.</param>
    public string Sentence(int origin) => $"The record is no value of its schema: at byte {machine.At - origin} {machine.Damage}.";

    /// <summary>Refuses what stands at a place.</summary>
    public void Refuse(in Fault fault, (int Start, int Length, long Position) place)
    {
        Append();
        refusals.Add((fault, place.Start, place.Length, place.Position));
    }

    /// <summary>Forgets the unit.</summary>
    public void TakeBack()
    {
        group.Clear();
        refusals.Clear();
        batch.Truncate(rowsBefore);
    }

    /// <summary>Ends the unit.</summary>
    /// <returns>Rows that were appended and those the sink took.</returns>
    public int Finish(IRejectionSink sink)
    {
        Append();
        foreach (var (fault, start, length, position) in refusals)
            sink.Refuse(new(fault.Code, fault.Field, batch.Shard, position, fault.Message, machine.Bytes.AsMemory(start, length)));
        return batch.Rows - rowsBefore + refusals.Count;
    }

    private bool TryTakeItems((int Start, int Length, long Position) place)
    {
        var list = machine.List;
        if (list.Item is null) return true;
        var outer = machine.MoveTo(list.At, list.End);
        while (AvroBlocks.TryCount(machine, list.AreEmpty, out var items, out var bytes))
        {
            if (items == 0)
            {
                machine.Return(outer);
                return true;
            }
            var (begin, isRead) = (machine.At, true);
            for (; items > 0 && isRead; items--) isRead = TryTakeItem(list.Item, place);
            if (!isRead || !AvroBlocks.IsEnd(machine, begin, bytes)) break;
        }
        TakeBack(place);
        return false;
    }

    private bool TryTakeItem(AvroNode item, (int Start, int Length, long Position) place)
    {
        machine.BeginValue();
        machine.Clear(columns.ItemSlots);
        if (!item.Read(machine)) return false;
        if (machine.Fault is var (code, field)) Refuse(new(code, field, appender.Sentence(code, field)), place);
        else Add(place);
        return true;
    }

    // What was passed over on the way to the record's end can turn out to be no value when it is read.
    private void TakeBack((int Start, int Length, long Position) place)
    {
        Append();
        var rows = batch.Rows;
        while (rows > rowsBefore && batch.Positions.Values[rows - 1] == place.Position) rows--;
        batch.Truncate(rows);
        refusals.RemoveAll(refusal => refusal.Position == place.Position);
    }

    private void Add((int Start, int Length, long Position) place)
    {
        if (group.IsFull || machine.Tail - dataEnd > MaxTextBytes) Append();
        if (tableRefused is not null && tableRefused.TryGetValue(place.Position, out var reason)) AddAlone(place, reason);
        else Note(place);
    }

    private void Note((int Start, int Length, long Position) place)
    {
        var tokens = machine.Tokens;
        for (var slot = 0; slot < tokens.Length; slot++) group.Set(slot, tokens[slot]);
        group.Add(place.Position, place.Start, place.Length);
    }

    // Another fault of a row that the table refused comes first, and is told here.
    private void AddAlone((int Start, int Length, long Position) place, string reason)
    {
        Append();
        var (rows, told) = (batch.Rows, refusals.Count);
        Note(place);
        Append();
        if (refusals.Count != told) return;
        batch.Truncate(rows);
        var fault = new Fault(RejectionCode.TableRefused, "", $"The warehouse table refused the row: {reason}");
        refusals.Add((fault, place.Start, place.Length, place.Position));
    }

    /// <summary>Appends the group's rows. Where one has a fault, the rows before it stay, and those behind it are appended anew.</summary>
    private void Append()
    {
        for (var from = 0; from < group.Count;)
        {
            var until = appender.Append(group, from, machine.Bytes, batch, out var fault);
            group.Positions[from..until].CopyTo(batch.Positions.Room(until - from));
            batch.Positions.Advance(until - from);
            if (fault is { } found)
            {
                refusals.Add((found, group.Values[until].Start, group.Values[until].Length, group.Positions[until]));
                until++;
            }
            from = until;
        }
        group.Clear();
    }
}

using System.Text.Unicode;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Csv;

/// <summary>Turns CSV records into rows, field by field of many records at once.</summary>
internal sealed class CsvRows
{
    private readonly RowAppender rows;
    private readonly TokenGroup group;
    private readonly CsvNulls nulls;
    private readonly TokenKind empty;
    private readonly int maxRecordBytes;

    /// <summary>Rows of a contract of one source.</summary>
    public CsvRows(JsonDecodePlan plan)
    {
        rows = new(plan);
        group = rows.Group;
        nulls = new(plan.Contract.Source.Csv!.Nulls);
        empty = nulls.HoldEmpty ? TokenKind.Null : TokenKind.String;
        maxRecordBytes = plan.Contract.Limits.MaxRecordBytes;
        Scanner = new((byte)plan.Contract.Source.Csv.Delimiter, maxRecordBytes);
    }

    /// <summary>Finds the records.</summary>
    public CsvScanner Scanner { get; }

    /// <summary>Takes where the next records go.</summary>
    public void Bind(RecordBatch batch, IRejectionSink rejections) => rows.Bind(batch, rejections);

    /// <summary>Takes the records that the scanner found last.</summary>
    /// <param name="shift">What is added to a record's place in the run to make its position.</param>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    /// <returns>How many of them are CSV with the right number of fields.</returns>
    public int Take(SegmentBlock block, CsvFields fields, long shift, IReadOnlyDictionary<long, string>? refused)
    {
        var records = Scanner.Records;
        var window = block.Padded[records[0].Start..records[^1].End];
        var (isUtf8, hasNul) = (Utf8.IsValid(window), window.Contains((byte)0));
        var taken = 0;
        for (var i = 0; i < records.Length;)
        {
            var good = Good(block, records[i..], isUtf8, fields.Count, shift, refused);
            Add(block, records.Slice(i, good), hasNul, fields, shift);
            taken += good;
            i += good;
            if (i < records.Length && Refuse(block, records[i++], fields, shift, refused)) taken++;
        }
        return taken;
    }

    /// <summary>Takes the one record that the scanner found, as the row of a position and of the bytes it came in.</summary>
    /// <param name="refused">Why the table refused the row in an earlier round; null when it did not.</param>
    public void TakeOne(SegmentBlock block, CsvFields fields, long position, int start, int length, string? refused)
    {
        if (group.IsFull) rows.Append(block);
        Fill(block.Padded, Scanner.Records[..1], block.Padded.Slice(start, length).Contains((byte)0), fields);
        if (refused is null) group.Add(position, start, length);
        else rows.RefuseForTable(refused, block, position, start, length);
    }

    /// <summary>Refuses a record.</summary>
    public void Refuse(in Fault fault, SegmentBlock block, long position, int start, int length) =>
        rows.Refuse(fault, block, position, start, length);

    /// <summary>Makes rows of what was taken.</summary>
    public void Append(SegmentBlock block) => rows.Append(block);

    /// <summary>How many records come before the first that takes a closer look.</summary>
    private static int Good(
        SegmentBlock block, ReadOnlySpan<CsvRecord> records, bool isUtf8, int fields, long shift,
        IReadOnlyDictionary<long, string>? refused)
    {
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var record = ref records[i];
            if (record.Fields != fields) return i;
            if (!isUtf8 && !Utf8.IsValid(block.Padded[record.Start..record.End])) return i;
            if (refused is not null && refused.ContainsKey(shift + record.Start)) return i;
        }
        return records.Length;
    }

    private void Add(SegmentBlock block, ReadOnlySpan<CsvRecord> records, bool hasNul, CsvFields fields, long shift)
    {
        while (!records.IsEmpty)
        {
            if (group.IsFull) rows.Append(block);
            var some = records[..Math.Min(records.Length, TokenGroup.Capacity - group.Count)];
            Fill(block.Padded, some, hasNul, fields);
            foreach (ref readonly var record in some) group.Add(shift + record.Start, record.Start, record.End - record.Start);
            records = records[some.Length..];
        }
    }

    private void Fill(ReadOnlySpan<byte> run, ReadOnlySpan<CsvRecord> records, bool hasNul, CsvFields fields)
    {
        foreach (var slot in fields.Absent) group.KindRoom(slot, records.Length).Clear();
        foreach (var (field, slot) in fields.Read)
        {
            var kinds = group.KindRoom(slot, records.Length);
            Fill(run, records, field, field == fields.Count - 1, kinds, group.PlaceRoom(slot, records.Length));
            if (hasNul) kinds.Replace(TokenKind.String, TokenKind.QuotedString);
        }
    }

    private void Fill(
        ReadOnlySpan<byte> run, ReadOnlySpan<CsvRecord> records, int field, bool isLast, Span<TokenKind> kinds, Span<TextPlace> places)
    {
        var ends = Scanner.Ends;
        var hasQuotes = Scanner.HasQuotes;
        for (var i = 0; i < records.Length; i++)
        {
            var at = records[i].First + field;
            var start = ends[at - 1] + 1;
            var length = (isLast ? records[i].End : ends[at]) - start;
            var kind = TokenKind.String;
            if (length == 0) kind = empty;
            else if (hasQuotes && run[start] == (byte)'"')
            {
                (start, length) = (start + 1, length - 2);
                if (Scanner.HasDoubledQuotes && run.Slice(start, length).Contains((byte)'"')) kind = TokenKind.QuotedString;
            }
            else if (nulls.Hold(run.Slice(start, length))) kind = TokenKind.Null;
            (kinds[i], places[i]) = (kind, new(start, length));
        }
    }

    /// <returns>Whether it is CSV with the right number of fields all the same.</returns>
    private bool Refuse(SegmentBlock block, in CsvRecord record, CsvFields fields, long shift, IReadOnlyDictionary<long, string>? refused)
    {
        var (position, length) = (shift + record.Start, record.End - record.Start);
        if (CsvFaults.Of(record, block.Padded, fields.Count, maxRecordBytes) is { } fault)
        {
            rows.Refuse(fault, block, position, record.Start, length);
            return false;
        }
        if (group.IsFull) rows.Append(block);
        Fill(block.Padded, new(in record), block.Padded.Slice(record.Start, length).Contains((byte)0), fields);
        rows.RefuseForTable(refused![position], block, position, record.Start, length);
        return true;
    }
}

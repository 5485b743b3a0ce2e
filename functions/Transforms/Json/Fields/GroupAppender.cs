using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Appends the rows of a group, column by column, and judges each value on the way.</summary>
internal sealed class GroupAppender(FieldDecoder[] fields, DerivedColumn[] derived)
{
    private readonly RejectionText sentences = new();

    /// <summary>Takes the columns that the next rows are appended to.</summary>
    public void Bind(RecordBatch batch)
    {
        foreach (var field in fields) field.Bind(batch);
    }

    /// <summary>Appends rows up to the first that has a fault. Their positions are the caller's to append.</summary>
    /// <param name="from">The first row of the group that is appended.</param>
    /// <param name="fault">Why the row behind them is refused; null when all were appended.</param>
    /// <returns>The row that is refused; the group's count when none is.</returns>
    public int Append(TokenGroup group, int from, ReadOnlySpan<byte> run, RecordBatch batch, out Fault? fault)
    {
        var until = group.Count;
        fault = null;
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
        return until;
    }

    /// <summary>The sentence for a field's fault.</summary>
    public string Sentence(RejectionCode code, string field) => sentences.OfField(code, field);
}

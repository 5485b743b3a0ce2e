using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A JSON string of <see cref="TimestampText"/>'s form.</summary>
internal sealed class TimestampField(ColumnPlan plan, TimeZoneInfo? zone, DecodeScratch scratch) : FieldDecoder<FixedColumn<long>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText) return RejectionCode.WrongType;
        var fault = TimestampText.Parse(scratch.TextOf(token, run), zone, out var micros);
        if (fault is null) Bound.Append(micros);
        return fault;
    }
}

/// <summary>A JSON string of the form <c>YYYY-MM-DD</c>.</summary>
internal sealed class DateField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<int>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText) return RejectionCode.WrongType;
        var fault = TimestampText.ParseDate(scratch.TextOf(token, run), out var days);
        if (fault is null) Bound.Append(days);
        return fault;
    }
}

/// <summary>The UTC day of a timestamp column; null where that is null.</summary>
/// <param name="Index">The column it fills.</param>
/// <param name="Source">The timestamp column.</param>
internal sealed record DerivedDate(int Index, int Source)
{
    private const long MicrosPerDay = 86_400_000_000;

    /// <summary>Appends the day of the source's last row.</summary>
    public void Append(RecordBatch batch)
    {
        var source = (FixedColumn<long>)batch.Columns[Source];
        var target = (FixedColumn<int>)batch.Columns[Index];
        var row = source.Count - 1;
        if (source.IsNull(row))
        {
            target.AppendNull();
            return;
        }
        var micros = source.Values[row];
        target.Append((int)((micros - (micros < 0 ? MicrosPerDay - 1 : 0)) / MicrosPerDay));
    }
}

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

    /// <inheritdoc/>
    protected override int AppendPlain(ReadOnlySpan<FieldToken> tokens, int from, ReadOnlySpan<byte> run)
    {
        for (; from < tokens.Length; from++)
        {
            ref readonly var token = ref tokens[from];
            if (token.Kind != TokenKind.String || !FixedTimestamp.TryParse(token.In(run), out var micros)) break;
            Bound.Append(micros);
        }
        return from;
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

    /// <summary>Appends days until there are so many rows.</summary>
    public void Append(RecordBatch batch, int rows)
    {
        var source = (FixedColumn<long>)batch.Columns[Source];
        var target = (FixedColumn<int>)batch.Columns[Index];
        var values = source.Values;
        for (var row = target.Count; row < rows; row++)
        {
            if (source.IsNull(row)) target.AppendNull();
            else target.Append((int)((values[row] - (values[row] < 0 ? MicrosPerDay - 1 : 0)) / MicrosPerDay));
        }
    }
}

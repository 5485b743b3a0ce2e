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
    protected override int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run)
    {
        var count = TokenGroup.LeadingTexts(kinds);
        if (count == 0) return 0;
        var values = Bound.Room(count);
        for (var i = 0; i < values.Length; i++)
        {
            if (FixedTimestamp.TryParse(run.Slice(places[i].Start, places[i].Length), out values[i])) continue;
            count = i;
            break;
        }
        Bound.Advance(count);
        return count;
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
        var values = source.Values[target.Count..rows];
        if (source.NullCount == 0)
        {
            var days = target.Room(values.Length);
            for (var i = 0; i < days.Length; i++) days[i] = DayOf(values[i]);
            target.Advance(days.Length);
            return;
        }
        for (var row = target.Count; row < rows; row++)
        {
            if (source.IsNull(row)) target.AppendNull();
            else target.Append(DayOf(source.Values[row]));
        }
    }

    private static int DayOf(long micros) => (int)((micros - (micros < 0 ? MicrosPerDay - 1 : 0)) / MicrosPerDay);
}

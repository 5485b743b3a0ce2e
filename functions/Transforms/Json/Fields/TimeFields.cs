using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A JSON string of <see cref="TimestampText"/>'s form.</summary>
internal sealed class TimestampField(ColumnPlan plan, TimeZoneInfo? zone, DecodeScratch scratch) : FieldDecoder<FixedColumn<long>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        long micros;
        var fault = token.Kind switch
        {
            TokenKind.Instant => TimestampText.OfInstant(micros = token.Bits),
            TokenKind.LocalInstant => TimestampText.OfLocal(token.Bits, zone, out micros),
            _ when token.IsText => TimestampText.Parse(scratch.TextOf(token, run), zone, out micros),
            _ => WrongType(out micros),
        };
        if (fault is null) Bound.Append(micros);
        return fault;
    }

    private static RejectionCode? WrongType(out long micros)
    {
        micros = 0;
        return RejectionCode.WrongType;
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
        int days;
        RejectionCode? fault;
        if (token.Kind == TokenKind.Day) fault = TimestampText.OfDay(token.Bits, out days);
        else if (token.IsText) fault = TimestampText.ParseDate(scratch.TextOf(token, run), out days);
        else return RejectionCode.WrongType;
        if (fault is null) Bound.Append(days);
        return fault;
    }
}

/// <summary>Fourteen digits, year to second, as a JSON number or a string: the time of a zone that is not written.</summary>
internal sealed class CompactTimestampField(ColumnPlan plan, TimeZoneInfo? zone, DecodeScratch scratch)
    : FieldDecoder<FixedColumn<long>>(plan)
{
    private const int Digits = 14;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText && token.Kind != TokenKind.Integer) return RejectionCode.WrongType;
        var digits = token.IsText ? scratch.TextOf(token, run) : token.In(run);
        if (digits.Length != Digits || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return RejectionCode.BadTimestamp;
        Span<byte> text = stackalloc byte[19];
        "0000-00-00T00:00:00"u8.CopyTo(text);
        for (int i = 0, at = 0; i < Digits; i++, at++)
        {
            if (text[at] != (byte)'0') at++;
            text[at] = digits[i];
        }
        var fault = TimestampText.Parse(text, zone, out var micros);
        if (fault is null) Bound.Append(micros);
        return fault;
    }
}

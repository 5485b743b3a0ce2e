using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Any JSON value, kept as the text that was sent. PostgreSQL's jsonb cannot hold U+0000, so it is refused here.</summary>
internal sealed class JsonField(ColumnPlan plan) : FieldDecoder<Utf8Column>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        var text = token.IsText ? run.Slice(token.Start - 1, token.Length + 2) : token.In(run);
        if (JsonEscapes.HoldNul(text)) return RejectionCode.NulCharacter;
        Bound.Append(text);
        return null;
    }
}

/// <summary>A text that holds JSON, kept as it was sent.</summary>
internal sealed class JsonTextField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<Utf8Column>(plan)
{
    private readonly JsonCheck check = new(plan.Contract);

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText) return RejectionCode.WrongType;
        var text = scratch.TextOf(token, run);
        if (check.Fault(text) is { } fault) return fault;
        if (JsonEscapes.HoldNul(text)) return RejectionCode.NulCharacter;
        Bound.Append(text);
        return null;
    }
}

/// <summary>A JSON number without fraction and exponent: <c>1.0</c> and <c>1e3</c> are of another type. A text that holds a whole number,
/// where the source sends its numbers so.</summary>
internal sealed class Int64Field(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<long>>(plan)
{
    private const int Digits = 19;

    private readonly bool takesText = plan.NumbersAsText;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind == TokenKind.Whole)
        {
            Bound.Append(token.Bits);
            return null;
        }
        if (takesText && token.IsText) return AppendText(scratch.TextOf(token, run));
        if (token.Kind != TokenKind.Integer) return RejectionCode.WrongType;
        if (!long.TryParse(token.In(run), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return RejectionCode.OutOfRange;
        Bound.Append(value);
        return null;
    }

    /// <inheritdoc/>
    protected override int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run)
    {
        if (!takesText) return 0;
        var values = Bound.Room(TokenGroup.LeadingTexts(kinds));
        var count = 0;
        for (; count < values.Length; count++)
            if (!ShortNumber.TryParse(run.Slice(places[count].Start, places[count].Length), 0, out values[count])) break;
        Bound.Advance(count);
        return count;
    }

    private RejectionCode? AppendText(ReadOnlySpan<byte> text)
    {
        if (!DecimalText.IsPlain(text)) return RejectionCode.WrongType;
        if (!DecimalText.TryParse(text, Digits, 0, out var value) || value < long.MinValue || value > long.MaxValue)
            return RejectionCode.OutOfRange;
        Bound.Append((long)value);
        return null;
    }
}

/// <summary>Any JSON number, as the nearest double; one beyond the largest double is out of range. A text that holds a number, where the
/// source sends its numbers so; with an exponent only where all values are texts.</summary>
internal sealed class Float64Field(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<double>>(plan)
{
    private readonly bool takesText = plan.NumbersAsText;
    private readonly bool takesExponent = plan.IsAllText;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind is TokenKind.Whole or TokenKind.Real) return AppendFinite(token.Kind == TokenKind.Whole ? token.Bits : token.Real);
        var isText = takesText && token.IsText;
        if (!isText && token.Kind is not (TokenKind.Integer or TokenKind.Number)) return RejectionCode.WrongType;
        var number = isText ? scratch.TextOf(token, run) : token.In(run);
        if (isText && !(takesExponent ? DecimalText.IsNumber(number) : DecimalText.IsPlain(number))) return RejectionCode.WrongType;
        return AppendFinite(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private RejectionCode? AppendFinite(double value)
    {
        if (!double.IsFinite(value)) return RejectionCode.OutOfRange;
        Bound.Append(value);
        return null;
    }
}

/// <summary>A JSON number of any form that fits exactly (or rounded, where the contract says so), or a string that holds one without
/// exponent.</summary>
internal sealed class DecimalField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<Int128>>(plan)
{
    private readonly int precision = plan.Spec.Type.Precision;
    private readonly int scale = plan.Scale;
    private readonly bool rounded = plan.Spec.Rounded;
    private readonly long limit = ShortNumber.Limit(plan.Spec.Type.Precision);

    /// <inheritdoc/>
    protected override int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run)
    {
        if (scale < 0) return 0;
        var values = Bound.Room(TokenGroup.LeadingTexts(kinds));
        var count = 0;
        for (; count < values.Length; count++)
        {
            var text = run.Slice(places[count].Start, places[count].Length);
            if (!ShortNumber.TryParse(text, scale, out var unscaled) || Math.Abs(unscaled) >= limit) break;
            values[count] = unscaled;
        }
        Bound.Advance(count);
        return count;
    }

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind == TokenKind.Whole) return AppendWhole(token.Bits);
        if (!token.IsText && token.Kind is not (TokenKind.Integer or TokenKind.Number)) return RejectionCode.WrongType;
        var number = token.IsText ? scratch.TextOf(token, run) : token.In(run);
        if (token.IsText && !DecimalText.IsPlain(number)) return RejectionCode.WrongType;
        return AppendNumber(number);
    }

    private RejectionCode? AppendWhole(long value)
    {
        Span<byte> number = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, number, out var written);
        return AppendNumber(number[..written]);
    }

    private RejectionCode? AppendNumber(ReadOnlySpan<byte> number)
    {
        if (!DecimalText.TryParse(number, precision, scale, out var unscaled)
            && !(rounded && DecimalText.TryRound(number, precision, scale, out unscaled))) return RejectionCode.OutOfRange;
        Bound.Append(unscaled);
        return null;
    }
}

/// <summary>The literals true and false; where all values are texts, those words in any case, and 1 and 0.</summary>
internal sealed class BoolField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<bool>>(plan)
{
    private readonly bool takesText = plan.IsAllText;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        var value = token.Kind == TokenKind.True;
        if (takesText && token.IsText)
        {
            var text = scratch.TextOf(token, run);
            value = IsTrue(text);
            if (!value && !IsFalse(text)) return RejectionCode.WrongType;
        }
        else if (!value && token.Kind != TokenKind.False) return RejectionCode.WrongType;
        Bound.Append(value);
        return null;
    }

    /// <inheritdoc/>
    protected override int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run)
    {
        if (!takesText) return 0;
        var values = Bound.Room(TokenGroup.LeadingTexts(kinds));
        var count = 0;
        for (; count < values.Length; count++)
        {
            var text = run.Slice(places[count].Start, places[count].Length);
            values[count] = text.SequenceEqual("true"u8);
            if (!values[count] && !text.SequenceEqual("false"u8)) break;
        }
        Bound.Advance(count);
        return count;
    }

    private static bool IsTrue(ReadOnlySpan<byte> text) => text.SequenceEqual("1"u8) || Ascii.EqualsIgnoreCase(text, "true"u8);

    private static bool IsFalse(ReadOnlySpan<byte> text) => text.SequenceEqual("0"u8) || Ascii.EqualsIgnoreCase(text, "false"u8);
}

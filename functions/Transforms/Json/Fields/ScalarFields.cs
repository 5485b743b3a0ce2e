using System.Globalization;
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

/// <summary>A JSON number without fraction and exponent: <c>1.0</c> and <c>1e3</c> are of another type.</summary>
internal sealed class Int64Field(ColumnPlan plan) : FieldDecoder<FixedColumn<long>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind != TokenKind.Integer) return RejectionCode.WrongType;
        if (!long.TryParse(token.In(run), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return RejectionCode.OutOfRange;
        Bound.Append(value);
        return null;
    }
}

/// <summary>Any JSON number, as the nearest double; one beyond the largest double is out of range.</summary>
internal sealed class Float64Field(ColumnPlan plan) : FieldDecoder<FixedColumn<double>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind is not (TokenKind.Integer or TokenKind.Number)) return RejectionCode.WrongType;
        var value = double.Parse(token.In(run), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value)) return RejectionCode.OutOfRange;
        Bound.Append(value);
        return null;
    }
}

/// <summary>A JSON number of any form that fits exactly, or a string that holds one without exponent.</summary>
internal sealed class DecimalField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<FixedColumn<Int128>>(plan)
{
    private readonly int precision = plan.Spec.Type.Precision;
    private readonly int scale = plan.Spec.Type.Scale;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText && token.Kind is not (TokenKind.Integer or TokenKind.Number)) return RejectionCode.WrongType;
        var number = token.IsText ? scratch.TextOf(token, run) : token.In(run);
        if (token.IsText && !DecimalText.IsPlain(number)) return RejectionCode.WrongType;
        if (!DecimalText.TryParse(number, precision, scale, out var unscaled)) return RejectionCode.OutOfRange;
        Bound.Append(unscaled);
        return null;
    }
}

/// <summary>The literals true and false.</summary>
internal sealed class BoolField(ColumnPlan plan) : FieldDecoder<FixedColumn<bool>>(plan)
{
    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (token.Kind is not (TokenKind.True or TokenKind.False)) return RejectionCode.WrongType;
        Bound.Append(token.Kind == TokenKind.True);
        return null;
    }
}
